using System.Buffers.Binary;

namespace LoadGen.Tls.StartTls;

/// <summary>
/// SSLRequest of MySQL and MariaDB, "Connection Phase" in the documentation of their client/server protocol. There is no
/// go-ahead: a server with CLIENT_SSL among its capabilities expects TLS right after the request.
/// </summary>
internal sealed class MySqlDialogue : Dialogue
{
    private const int HeaderLength = 4;
    private const byte HandshakeV10 = 10;
    private const byte Error = 0xff;
    private const ushort ClientSsl = 0x0800;

    // Length 32, sequence number 1; CLIENT_LONG_PASSWORD, _PROTOCOL_41, _SSL, _SECURE_CONNECTION and _PLUGIN_AUTH;
    // packets of up to 16 MiB; utf8_general_ci; 23 bytes of nothing.
    private static readonly byte[] SslRequest = [32, 0, 0, 1, 0x01, 0x8a, 0x08, 0x00, 0, 0, 0, 1, 33, .. new byte[23]];

    private bool _asked;

    protected override Step Read(ReadOnlySpan<byte> unread, out int used)
    {
        used = 0;
        if (_asked)
        {
            return Step.Ready;
        }

        if (unread.Length < HeaderLength)
        {
            return Step.NeedMore;
        }

        var length = unread[0] | (unread[1] << 8) | (unread[2] << 16);
        if (length is 0 or > MaxBytes)
        {
            return Broken($"it began with {Excerpt.Of(unread[..HeaderLength])}");
        }

        if (unread.Length < HeaderLength + length)
        {
            return Step.NeedMore;
        }

        used = HeaderLength + length;
        return TakeGreeting(unread[HeaderLength..used]);
    }

    private Step TakeGreeting(ReadOnlySpan<byte> packet)
    {
        if (packet[0] == Error)
        {
            return TakeError(packet[1..]);
        }

        if (packet[0] != HandshakeV10)
        {
            return Broken($"handshake version {packet[0]}, expected {HandshakeV10}");
        }

        // The server's version, ended by 0; the connection's number, 4 bytes; a scramble, 8; a filler, 1; capabilities.
        var capabilities = packet[1..];
        var afterVersion = capabilities.IndexOf((byte)0) + 1;
        var at = afterVersion + 4 + 8 + 1;
        if (afterVersion == 0 || capabilities.Length < at + sizeof(ushort))
        {
            return Broken("the handshake is too short");
        }

        if ((BinaryPrimitives.ReadUInt16LittleEndian(capabilities[at..]) & ClientSsl) == 0)
        {
            return Step.Refused("the server does not offer TLS: CLIENT_SSL is not among its capabilities");
        }

        _asked = true;
        return Step.Say(SslRequest);
    }

    // An error's number, 2 bytes, and its text; some servers put # and an SQL state of 5 characters between them.
    private static Step TakeError(ReadOnlySpan<byte> error)
    {
        if (error.Length < sizeof(ushort))
        {
            return Broken("the error packet is too short");
        }

        var text = error[sizeof(ushort)..];
        var afterState = text is [(byte)'#', _, _, _, _, _, ..] ? 6 : 0;
        return Step.Refused($"the server replied: {BinaryPrimitives.ReadUInt16LittleEndian(error)} {Excerpt.Of(text[afterState..])}");
    }

    private static Step Broken(string why) => Step.Broken($"unexpected MySQL greeting: {why}");
}

/// <summary>SSLRequest of PostgreSQL, "SSL Session Encryption" in the chapter on its frontend/backend protocol.</summary>
internal sealed class PostgresDialogue : Dialogue
{
    // The length, 8, and the number 80877103, which stands where a version would: both in network order.
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

    protected override ReadOnlyMemory<byte> Opening => SslRequest;

    protected override Step Read(ReadOnlySpan<byte> unread, out int used)
    {
        used = Math.Min(unread.Length, 1);
        return unread switch
        {
            [] => Step.NeedMore,
            [(byte)'S', ..] => Step.Ready,
            [(byte)'N', ..] => Step.Refused("the server does not offer TLS: it answered SSLRequest with N"),

            // The server failed to start a process. The text is not authenticated, so libpq does not show it either (CVE-2024-10977).
            [(byte)'E', ..] => Step.Refused("the server answered SSLRequest with an error"),
            _ => Step.Broken($"unexpected PostgreSQL reply: the first byte is 0x{unread[0]:x2}"),
        };
    }
}
