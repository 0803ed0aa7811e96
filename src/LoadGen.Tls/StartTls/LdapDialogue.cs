using System.Buffers;

namespace LoadGen.Tls.StartTls;

/// <summary>The StartTLS operation of LDAP, RFC 4511 section 4.14.</summary>
internal sealed class LdapDialogue : Dialogue
{
    private const byte Sequence = 0x30;
    private const byte Integer = 0x02;
    private const byte OctetString = 0x04;
    private const byte Enumerated = 0x0a;
    private const byte ExtendedResponse = 0x78;
    private const int MessageId = 1;
    private const int UnsolicitedMessageId = 0;

    // LDAPMessage { messageID 1, ExtendedRequest { requestName 1.3.6.1.4.1.1466.20037 } }.
    private static readonly byte[] Request =
        [Sequence, 29, Integer, 1, MessageId, 0x77, 24, 0x80, 22, .. "1.3.6.1.4.1.1466.20037"u8];

    protected override ReadOnlyMemory<byte> Opening => Request;

    protected override Step Read(ReadOnlySpan<byte> unread, out int used)
        => BerElement.Read(unread, Sequence, out var message, out used) switch
        {
            OperationStatus.Done => TakeMessage(message),
            OperationStatus.NeedMoreData => Step.NeedMore,
            _ => Broken($"what begins with 0x{unread[0]:x2} is no message"),
        };

    private static Step TakeMessage(ReadOnlySpan<byte> message)
    {
        if (!BerElement.TryTakeNumber(ref message, Integer, out var id)
            || !BerElement.TryTake(ref message, ExtendedResponse, out var response)
            || !BerElement.TryTakeNumber(ref response, Enumerated, out var code)
            || !BerElement.TryTake(ref response, OctetString, out _)
            || !BerElement.TryTake(ref response, OctetString, out var diagnostic))
        {
            return Broken("its message is not an extended response");
        }

        // A server that is about to disconnect says so unasked, as message 0 (RFC 4511 section 4.4.1).
        return (id, code) switch
        {
            (MessageId, 0) => Step.Ready,
            (MessageId or UnsolicitedMessageId, > 0) => Step.Refused(
                $"the server said: {ResultName(code)}{(diagnostic.IsEmpty ? "" : ", ")}{Excerpt.Of(diagnostic)}"),
            _ => Broken($"it agreed to message {id} rather than {MessageId}"),
        };
    }

    // Those that are to be expected here, RFC 4511 sections 4.1.9 and 4.14.2.
    private static string ResultName(long code) => code switch
    {
        1 => "operationsError",
        2 => "protocolError",
        8 => "strongerAuthRequired",
        10 => "referral",
        13 => "confidentialityRequired",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        80 => "other",
        _ => $"result {code}",
    };

    private static Step Broken(string why) => Step.Broken($"the server did not answer as LDAP does: {why}");
}
