using System.Buffers.Binary;

namespace LoadGen.TargetServer;

/// <summary>
/// Reads the bytes that a server sends, up to the point where they tell whether it resumes a session. In TLS 1.3 it does
/// if ServerHello carries pre_shared_key (RFC 8446 section 4.2.11). In TLS 1.2 it does if ServerHello is followed by
/// ChangeCipherSpec (RFC 5246 section 7.3) or by NewSessionTicket, which renews a ticket (RFC 5077 section 3.1), rather
/// than by Certificate. All of that is sent in the clear.
/// </summary>
internal sealed class ServerFlight
{
    private const int RecordHeaderLength = 5;
    private const int MessageHeaderLength = 4;

    private const byte ChangeCipherSpecRecord = 20;
    private const byte HandshakeRecord = 22;

    private const byte ServerHelloMessage = 2;
    private const byte NewSessionTicketMessage = 4;

    private const ushort PreSharedKeyExtension = 41;
    private const ushort SupportedVersionsExtension = 43;
    private const ushort Tls13 = 0x0304;

    // What came before the form was known; null from then on. A flight is decided by its first few hundred bytes, so
    // this is copied to only when these arrive in pieces.
    private byte[]? _undecided = [];

    /// <summary>The form, once the bytes observed have told it.</summary>
    public HandshakeForm Form { get; private set; }

    /// <summary>The SHA-256 of "HelloRetryRequest", which stands for the random in one (RFC 8446 section 4.1.3).</summary>
    private static ReadOnlySpan<byte> HelloRetryRequestRandom =>
    [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ];

    /// <summary>Takes the next bytes that the server sent, cut anywhere.</summary>
    public void Observe(ReadOnlySpan<byte> sent)
    {
        if (_undecided is null)
        {
            return;
        }

        var wire = _undecided.Length == 0 ? sent : (ReadOnlySpan<byte>)[.. _undecided, .. sent];
        Form = Decide(wire);
        _undecided = Form == HandshakeForm.Unknown ? wire.ToArray() : null;
    }

    private static HandshakeForm Decide(ReadOnlySpan<byte> wire)
    {
        // Handshake messages are a stream of their own, which records cut anywhere (RFC 8446 section 5.1).
        var stream = new byte[wire.Length];
        var length = 0;
        var next = 0;
        var sawTls12Hello = false;
        while (TryReadRecord(ref wire, out var type, out var fragment))
        {
            if (type == ChangeCipherSpecRecord && sawTls12Hello)
            {
                return HandshakeForm.Resumed;
            }

            if (type != HandshakeRecord)
            {
                continue;
            }

            fragment.CopyTo(stream.AsSpan(length));
            length += fragment.Length;
            while (TryReadMessage(stream.AsSpan(next, length - next), out var message, out var body))
            {
                next += MessageHeaderLength + body.Length;
                if (sawTls12Hello)
                {
                    return message == NewSessionTicketMessage ? HandshakeForm.Resumed : HandshakeForm.Full;
                }

                if (message != ServerHelloMessage || IsHelloRetryRequest(body))
                {
                    continue;
                }

                var (isTls13, hasPreSharedKey) = ReadExtensions(body);
                if (isTls13)
                {
                    return hasPreSharedKey ? HandshakeForm.Resumed : HandshakeForm.Full;
                }

                sawTls12Hello = true;
            }
        }

        return HandshakeForm.Unknown;
    }

    private static bool TryReadRecord(ref ReadOnlySpan<byte> wire, out byte type, out ReadOnlySpan<byte> fragment)
    {
        type = 0;
        fragment = default;
        if (wire.Length < RecordHeaderLength)
        {
            return false;
        }

        var end = RecordHeaderLength + BinaryPrimitives.ReadUInt16BigEndian(wire[3..]);
        if (wire.Length < end)
        {
            return false;
        }

        type = wire[0];
        fragment = wire[RecordHeaderLength..end];
        wire = wire[end..];
        return true;
    }

    private static bool TryReadMessage(ReadOnlySpan<byte> stream, out byte type, out ReadOnlySpan<byte> body)
    {
        type = 0;
        body = default;
        if (stream.Length < MessageHeaderLength)
        {
            return false;
        }

        var end = MessageHeaderLength + ((stream[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(stream[2..]));
        if (stream.Length < end)
        {
            return false;
        }

        type = stream[0];
        body = stream[MessageHeaderLength..end];
        return true;
    }

    private static bool IsHelloRetryRequest(ReadOnlySpan<byte> hello)
        => hello[2..(2 + HelloRetryRequestRandom.Length)].SequenceEqual(HelloRetryRequestRandom);

    // ServerHello (RFC 8446 section 4.1.3): version 2, random 32, session id 1 + n, suite 2, compression 1, extensions 2 + n.
    private static (bool IsTls13, bool HasPreSharedKey) ReadExtensions(ReadOnlySpan<byte> hello)
    {
        var sessionIdLength = hello[34];
        var rest = hello[(35 + sessionIdLength + 3)..];
        var isTls13 = false;
        var hasPreSharedKey = false;

        // TLS 1.2 may end here, without any extensions.
        rest = rest.Length < 2 ? default : rest[2..];
        while (rest.Length >= 4)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            var value = rest.Slice(4, length);
            isTls13 |= type == SupportedVersionsExtension && BinaryPrimitives.ReadUInt16BigEndian(value) == Tls13;
            hasPreSharedKey |= type == PreSharedKeyExtension;
            rest = rest[(4 + length)..];
        }

        return (isTls13, hasPreSharedKey);
    }
}
