using System.Formats.Asn1;
using System.Numerics;

namespace LoadGen.Tls.StartTls;

/// <summary>The StartTLS operation of LDAP, RFC 4511 section 4.14.</summary>
internal sealed class LdapDialogue : Dialogue
{
    private const byte Sequence = 0x30;
    private const byte Indefinite = 0x80;
    private const byte LongestLength = 0x84;
    private const string NoResponse = "not an extended response";
    private const int MessageId = 1;
    private const int UnsolicitedMessageId = 0;

    private static readonly Asn1Tag ExtendedResponse = new(TagClass.Application, 24, isConstructed: true);

    // LDAPMessage { messageID 1, ExtendedRequest { requestName 1.3.6.1.4.1.1466.20037 } }.
    private static readonly byte[] Request =
        [Sequence, 29, 0x02, 1, MessageId, 0x77, 24, 0x80, 22, .. "1.3.6.1.4.1.1466.20037"u8];

    protected override ReadOnlyMemory<byte> Opening => Request;

    protected override Step Read(ReadOnlySpan<byte> unread, out int used)
    {
        used = 0;
        if (unread.Length > 0 && unread[0] != Sequence)
        {
            return Broken($"0x{unread[0]:x2} does not start a message");
        }

        // All lengths are definite (RFC 4511 section 5.1); Active Directory pads them with leading zeros.
        if (unread.Length > 1 && unread[1] is Indefinite or > LongestLength)
        {
            return Broken("the message length is missing or too large");
        }

        if (unread.Length < 2 || !AsnDecoder.TryDecodeLength(unread[1..], AsnEncodingRules.BER, out var length, out var octets))
        {
            return Step.NeedMore;
        }

        var end = 1L + octets + length!.Value;
        if (unread.Length < end)
        {
            return Step.NeedMore;
        }

        used = (int)end;
        return TakeMessage(unread[..used]);
    }

    private static Step TakeMessage(ReadOnlySpan<byte> bytes)
    {
        int id;
        int code;
        byte[] diagnostic;
        try
        {
            var message = new AsnReader(bytes.ToArray(), AsnEncodingRules.BER).ReadSequence();
            if (!message.TryReadInt32(out id))
            {
                return Broken(NoResponse);
            }

            var response = message.ReadSequence(ExtendedResponse);
            var result = new BigInteger(response.ReadEnumeratedBytes().Span, isBigEndian: true);
            _ = response.ReadOctetString();
            diagnostic = response.ReadOctetString();
            code = result.Sign >= 0 && result <= int.MaxValue ? (int)result : throw new AsnContentException();
        }
        catch (AsnContentException)
        {
            return Broken(NoResponse);
        }

        // A server about to disconnect sends a notice with message id 0 (RFC 4511 section 4.4.1).
        return (id, code) switch
        {
            (MessageId, 0) => Step.Ready,
            (MessageId or UnsolicitedMessageId, > 0) => Step.Refused(
                $"the server replied: {ResultName(code)}{(diagnostic.Length == 0 ? "" : ", ")}{Excerpt.Of(diagnostic)}"),
            _ => Broken($"message id {id}, expected {MessageId}"),
        };
    }

    // The codes to expect here (RFC 4511 sections 4.1.9 and 4.14.2).
    private static string ResultName(int code) => code switch
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

    private static Step Broken(string why) => Step.Broken($"unexpected LDAP reply: {why}");
}
