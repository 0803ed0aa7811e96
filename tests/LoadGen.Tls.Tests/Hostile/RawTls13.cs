using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace LoadGen.Tls.Tests.Hostile;

/// <summary>
/// The server's side of one TLS 1.3 handshake (RFC 8446) with x25519 and TLS_AES_128_GCM_SHA256, in steps that a test takes as it
/// likes: every message and every record can be made wrong.
/// </summary>
internal sealed class RawTls13(Socket socket, X509Certificate2 certificate, CancellationToken stopping)
{
    public const byte ChangeCipherSpec = 20;
    public const byte Alert = 21;
    public const byte Handshake = 22;
    public const byte ApplicationData = 23;

    private const int HashBytes = 32;

    private readonly List<byte> _received = [];
    private readonly List<byte> _transcript = [];
    private byte[] _handshakeSecret = [];
    private byte[] _serverSecret = [];
    private byte[] _key = [];
    private byte[] _iv = [];
    private ulong _sequence;

    /// <summary>The client's share of x25519.</summary>
    public byte[] ClientShare { get; private set; } = [];

    public byte[] ClientRandom { get; private set; } = [];

    /// <summary>The client's ticket of TLS 1.2 (RFC 5077); <see langword="null"/> if it asks for none.</summary>
    public byte[]? SessionTicket { get; private set; }

    /// <summary>What ServerHello must echo.</summary>
    public byte[] SessionId { get; private set; } = [];

    /// <summary>A server each of whose connections does this.</summary>
    public static ScriptedServer Serve(CertificateFiles files, Func<RawTls13, Task> script)
    {
        var certificate = X509Certificate2.CreateFromPemFile(files.ChainPath, files.KeyPath);
        return ScriptedServer.Does(async (socket, stopping) =>
        {
            socket.NoDelay = true;
            var tls = new RawTls13(socket, certificate, stopping);
            await tls.ReadClientHelloAsync();
            await script(tls);
            await tls.ReadToEndAsync();
        });
    }

    public Task SendAsync(params byte[][] records) => socket.SendAsync(records.SelectMany(record => record).ToArray(), stopping).AsTask();

    /// <summary>The whole flight as it should be, ServerHello to Finished; afterwards records are under the application keys.</summary>
    public byte[] GoodFlight()
    {
        byte[] hello = [.. Record(Handshake, ServerHello()), .. Record(ChangeCipherSpec, [1])];
        UseHandshakeKeys();
        byte[] flight = [.. hello, .. Seal(Handshake, [.. EncryptedExtensions(), .. CertificateMessage(), .. CertificateVerify(), .. Finished()])];
        UseApplicationKeys();
        return flight;
    }

    /// <summary>Reads until the client closes, or resets.</summary>
    public async Task ReadToEndAsync()
    {
        while (await socket.ReceiveAsync(new byte[4096], stopping) > 0)
        {
        }
    }

    /// <summary>Reads the next record of the client's in plain text.</summary>
    public async Task<byte[]> ReadRecordAsync()
    {
        var header = await ReadExactlyAsync(5);
        return [.. header, .. await ReadExactlyAsync((header[3] << 8) | header[4])];
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(read), stopping);
            read += more > 0 ? more : throw new SocketException((int)SocketError.Shutdown);
        }

        return bytes;
    }

    /// <summary>Adds a message of the client's to the transcript.</summary>
    public void Hear(ReadOnlySpan<byte> message) => _transcript.AddRange(message);

    /// <summary>The hash of all messages so far.</summary>
    public byte[] TranscriptHash => SHA256.HashData(_transcript.ToArray());

    /// <summary>Waits for something of the client's.</summary>
    public async Task ReadAsync()
    {
        if (await socket.ReceiveAsync(new byte[4096], stopping) == 0)
        {
            throw new SocketException((int)SocketError.Shutdown);
        }
    }

    /// <summary>Resets the connection, after what was sent.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        throw new OperationCanceledException();
    }

    public void Close() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>A record in plain text.</summary>
    public static byte[] Record(byte type, ReadOnlySpan<byte> content, ushort version = 0x0303) => [type, .. U16(version), .. U16(content.Length), .. content];

    /// <summary>A record under the present keys (section 5.2).</summary>
    public byte[] Seal(byte type, ReadOnlySpan<byte> content)
    {
        const int TagBytes = 16;
        byte[] inner = [.. content, type];
        byte[] header = [ApplicationData, 3, 3, .. U16(inner.Length + TagBytes)];
        var nonce = _iv.ToArray();
        for (var i = 0; i < 8; i++)
        {
            nonce[^(i + 1)] ^= (byte)(_sequence >> (8 * i));
        }

        _sequence++;
        var sealedContent = new byte[inner.Length];
        var tag = new byte[TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, inner, sealedContent, tag, header);
        return [.. header, .. sealedContent, .. tag];
    }

    /// <summary>What makes another body of a message's, by its type, before it is part of the transcript; usually nothing.</summary>
    public Func<byte, byte[], byte[]>? Change { get; set; }

    /// <summary>A handshake message, part of the transcript.</summary>
    public byte[] Message(byte type, ReadOnlySpan<byte> body)
    {
        var content = Change is { } change ? change(type, body.ToArray()) : body;
        byte[] message = [type, .. U24(content.Length), .. content];
        _transcript.AddRange(message);
        return message;
    }

    /// <summary>ServerHello (section 4.1.3), each of whose fields can be another.</summary>
    public byte[] ServerHello(
        ushort version = 0x0303, byte[]? random = null, byte[]? sessionId = null, ushort suite = 0x1301, byte compression = 0, ushort selected = 0x0304, ushort group = 29, byte[]? more = null)
    {
        var ours = new X25519PrivateKeyParameters(new SecureRandom());
        var agreement = new X25519Agreement();
        agreement.Init(ours);
        var shared = new byte[32];
        agreement.CalculateAgreement(new X25519PublicKeyParameters(ClientShare), shared, 0);
        var id = sessionId ?? SessionId;
        byte[] extensions =
        [
            .. Extension(43, U16(selected)), .. Extension(51, [.. U16(group), .. U16(32), .. ours.GeneratePublicKey().GetEncoded()]), .. more ?? [],
        ];
        var message = Message(
            2, [.. U16(version), .. random ?? RandomNumberGenerator.GetBytes(32), (byte)id.Length, .. id, .. U16(suite), compression, .. U16(extensions.Length), .. extensions]);
        var early = HKDF.Extract(HashAlgorithmName.SHA256, new byte[HashBytes], []);
        _handshakeSecret = HKDF.Extract(HashAlgorithmName.SHA256, shared, Expand(early, "derived", SHA256.HashData([])));
        return message;
    }

    /// <summary>The cookie in the client's last ClientHello (section 4.2.2); empty for none.</summary>
    public byte[] Cookie { get; private set; } = [];

    /// <summary>HelloRetryRequest (section 4.1.4) for a group or with a cookie, and the transcript as it is from then on.</summary>
    public byte[] HelloRetryRequest(ushort? group, byte[]? cookie = null)
    {
        var digest = SHA256.HashData(_transcript.ToArray());
        _transcript.Clear();
        _transcript.AddRange([254, 0, 0, HashBytes, .. digest]);
        byte[] extensions =
        [
            .. Extension(43, U16(0x0304)),
            .. group is { } wanted ? Extension(51, U16(wanted)) : [],
            .. cookie is null ? [] : Extension(44, [.. U16(cookie.Length), .. cookie]),
        ];
        return Message(
            2, [3, 3, .. SHA256.HashData("HelloRetryRequest"u8), (byte)SessionId.Length, .. SessionId, .. U16(0x1301), 0, .. U16(extensions.Length), .. extensions]);
    }

    public byte[] EncryptedExtensions(params byte[] extensions) => Message(8, [.. U16(extensions.Length), .. extensions]);

    /// <summary>CertificateRequest (section 4.3.2) with signature_algorithms and whatever else.</summary>
    public byte[] CertificateRequest(params byte[] more)
    {
        byte[] extensions = [.. Extension(13, [0, 4, 4, 3, 8, 4]), .. more];
        return Message(13, [0, .. U16(extensions.Length), .. extensions]);
    }

    /// <summary>The server's certificate, then any others.</summary>
    public byte[] CertificateMessage(params byte[][] others)
    {
        byte[] list = [.. ((byte[][])[certificate.RawData, .. others]).SelectMany(der => (byte[])[.. U24(der.Length), .. der, 0, 0])];
        return Message(11, [0, .. U24(list.Length), .. list]);
    }

    /// <summary>CertificateVerify (section 4.4.3), whose scheme and signature can be spoiled.</summary>
    public byte[] CertificateVerify(ushort scheme = 0x0403, byte spoil = 0)
    {
        byte[] content = [.. Enumerable.Repeat((byte)' ', 64), .. "TLS 1.3, server CertificateVerify\0"u8, .. SHA256.HashData(_transcript.ToArray())];
        content[^1] ^= spoil;
        var signature = Sign(content);
        return Message(15, [.. U16(scheme), .. U16(signature.Length), .. signature]);
    }

    public byte[] Finished(byte spoil = 0)
    {
        var data = HMACSHA256.HashData(Expand(_serverSecret, "finished", [], HashBytes), SHA256.HashData(_transcript.ToArray()));
        data[0] ^= spoil;
        return Message(20, data);
    }

    /// <summary>NewSessionTicket (section 4.6.1) with a ticket of so many bytes.</summary>
    public static byte[] NewSessionTicket(int bytes)
    {
        byte[] body = [.. new byte[8], 1, 0, .. U16(bytes), .. new byte[bytes], 0, 0];
        return [4, .. U24(body.Length), .. body];
    }

    /// <summary>A KeyUpdate, after which records are under the next keys.</summary>
    public byte[] KeyUpdate(bool asksForOne = false)
    {
        var record = Seal(Handshake, [24, 0, 0, 1, (byte)(asksForOne ? 1 : 0)]);
        _serverSecret = Expand(_serverSecret, "traffic upd", [], HashBytes);
        UseKeysOf(_serverSecret);
        return record;
    }

    public void UseHandshakeKeys()
    {
        _serverSecret = Expand(_handshakeSecret, "s hs traffic", SHA256.HashData(_transcript.ToArray()));
        UseKeysOf(_serverSecret);
    }

    public void UseApplicationKeys()
    {
        var master = HKDF.Extract(HashAlgorithmName.SHA256, new byte[HashBytes], Expand(_handshakeSecret, "derived", SHA256.HashData([])));
        _serverSecret = Expand(master, "s ap traffic", SHA256.HashData(_transcript.ToArray()));
        UseKeysOf(_serverSecret);
    }

    public static byte[] Extension(ushort type, ReadOnlySpan<byte> content) => [.. U16(type), .. U16(content.Length), .. content];

    /// <summary>The server's certificate in DER.</summary>
    public byte[] Certificate => certificate.RawData;

    /// <summary>A signature by the certificate's key, with SHA-256.</summary>
    public byte[] Sign(byte[] content)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] U24(int value) => [(byte)(value >> 16), .. U16(value)];

    private static byte[] Expand(byte[] secret, string label, byte[] context, int length = HashBytes)
    {
        byte[] info = [.. U16(length), (byte)(6 + label.Length), .. "tls13 "u8, .. System.Text.Encoding.ASCII.GetBytes(label), (byte)context.Length, .. context];
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, info);
    }

    private void UseKeysOf(byte[] secret)
    {
        _key = Expand(secret, "key", [], 16);
        _iv = Expand(secret, "iv", [], 12);
        _sequence = 0;
    }

    /// <summary>Reads a ClientHello, the first or the one after HelloRetryRequest.</summary>
    public async Task ReadClientHelloAsync()
    {
        const int Header = 5;
        var buffer = new byte[16 * 1024];
        _received.Clear();
        while (true)
        {
            // The second one follows a ChangeCipherSpec.
            while (_received.Count >= Header && _received[0] == ChangeCipherSpec)
            {
                _received.RemoveRange(0, Header + 1);
            }

            if (_received.Count >= Header && _received.Count >= Header + ((_received[3] << 8) | _received[4]))
            {
                break;
            }

            var count = await socket.ReceiveAsync(buffer, stopping);
            _received.AddRange(count > 0 ? buffer[..count] : throw new SocketException((int)SocketError.Shutdown));
        }

        byte[] message = [.. _received.Skip(Header).Take((_received[3] << 8) | _received[4])];
        TakeClientHello(message);
    }

    /// <summary>Takes a ClientHello that came another way.</summary>
    public void TakeClientHello(ReadOnlySpan<byte> message)
    {
        _transcript.AddRange(message);
        Parse(message);
    }

    private void Parse(ReadOnlySpan<byte> message)
    {
        // Type and length, version, random; then the session id, the suites and the compressions with their lengths.
        var at = 4 + 2 + 32;
        ClientRandom = message[6..at].ToArray();
        SessionId = message.Slice(at + 1, message[at]).ToArray();
        at += 1 + message[at];
        at += 2 + BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        at += 1 + message[at];
        at += 2;
        while (at < message.Length)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            var content = message.Slice(at + 4, BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]));
            at += 4 + content.Length;
            SessionTicket = type == 35 ? content.ToArray() : SessionTicket;
            Cookie = type == 44 ? content[2..].ToArray() : Cookie;
            for (var share = 2; type == 51 && share < content.Length; share += 4 + BinaryPrimitives.ReadUInt16BigEndian(content[(share + 2)..]))
            {
                if (BinaryPrimitives.ReadUInt16BigEndian(content[share..]) == 29)
                {
                    ClientShare = content.Slice(share + 4, 32).ToArray();
                }
            }
        }
    }
}
