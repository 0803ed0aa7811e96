using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace LoadGen.Tls.Tests.Hostile;

/// <summary>A TLS 1.2 server (RFC 5246 section 7.4) with ECDHE_ECDSA on x25519 and AES-128-GCM.</summary>
internal sealed class RawTls12(RawTls13 tls)
{
    public const ushort Suite = 0xc02b;

    private readonly byte[] _random = RandomNumberGenerator.GetBytes(32);
    private readonly X25519PrivateKeyParameters _share = new(new SecureRandom());

    /// <summary>The extensions of a usual ServerHello.</summary>
    public static byte[] Usual => [.. RawTls13.Extension(0xff01, [0]), .. RawTls13.Extension(23, [])];

    /// <summary>The master secret, once the handshake has one.</summary>
    public byte[] Master { get; private set; } = [];

    /// <summary>All of them in one record.</summary>
    public byte[] Flight(byte[]? hello = null, Func<RawTls12, byte[]>? keyExchange = null)
        => RawTls13.Record(RawTls13.Handshake, [.. hello ?? ServerHello(), .. Certificate(), .. keyExchange?.Invoke(this) ?? KeyExchange(), .. Done()]);

    public byte[] ServerHello(
        ushort version = 0x0303, byte[]? marker = null, ushort suite = Suite, byte compression = 0, byte[]? extensions = null, byte[]? sessionId = null)
    {
        marker?.CopyTo(_random, 24);
        // An empty renegotiation_info (RFC 5746 section 3.6) and the extended master secret (RFC 7627).
        var more = extensions ?? Usual;
        var id = sessionId ?? [];
        return tls.Message(2, [.. RawTls13.U16(version), .. _random, (byte)id.Length, .. id, .. RawTls13.U16(suite), compression, .. RawTls13.U16(more.Length), .. more]);
    }

    public byte[] Certificate(byte[]? der = null)
    {
        var leaf = der ?? tls.Certificate;
        return tls.Message(11, [.. RawTls13.U24(leaf.Length + 3), .. RawTls13.U24(leaf.Length), .. leaf]);
    }

    public byte[] KeyExchange(ushort group = 29, ushort scheme = 0x0403, byte spoil = 0)
    {
        byte[] parameters = [3, .. RawTls13.U16(group), 32, .. _share.GeneratePublicKey().GetEncoded()];
        byte[] content = [.. tls.ClientRandom, .. _random, .. parameters];
        content[^1] ^= spoil;
        var signature = tls.Sign(content);
        return tls.Message(12, [.. parameters, .. RawTls13.U16(scheme), .. RawTls13.U16(signature.Length), .. signature]);
    }

    /// <summary>Reads the client's flight, then sends the answer to it.</summary>
    /// <param name="spoil">What Finished is spoiled with.</param>
    /// <param name="before">What is sent before ChangeCipherSpec.</param>
    public async Task FinishAsync(byte spoil = 0, byte[]? before = null)
    {
        var exchange = await tls.ReadRecordAsync();
        await tls.ReadRecordAsync();
        var finished = await tls.ReadRecordAsync();
        await tls.SendAsync(before ?? [], Finish(exchange, finished, spoil) ?? throw new InvalidDataException("the client's Finished is under other keys"));
    }

    /// <summary>
    /// The answer to the client's flight: ChangeCipherSpec and Finished under the new keys (AES-128-GCM, RFC 5288), with the extended
    /// master secret (RFC 7627 section 4).
    /// </summary>
    /// <param name="exchange">The record of ClientKeyExchange.</param>
    /// <param name="finished">The record of the client's Finished.</param>
    /// <param name="spoil">What Finished is spoiled with.</param>
    /// <param name="ticket">The ticket that comes before; <see langword="null"/> for none.</param>
    /// <returns><see langword="null"/> if the client's Finished is under other keys.</returns>
    public byte[]? Finish(byte[] exchange, byte[] finished, byte spoil = 0, byte[]? ticket = null)
    {
        tls.Hear(exchange.AsSpan(5));
        var agreement = new X25519Agreement();
        agreement.Init(_share);
        var premaster = new byte[32];
        // ClientKeyExchange: the record, type and length of the message, length of the share.
        agreement.CalculateAgreement(new X25519PublicKeyParameters(exchange, 5 + 4 + 1), premaster, 0);
        Master = Expand(premaster, "extended master secret", tls.TranscriptHash, 48);
        var keys = Keys();
        if (Open(keys[..16], keys[32..36], finished) is not { } message)
        {
            return null;
        }

        tls.Hear(message);
        return [.. ticket is null ? [] : RawTls13.Record(RawTls13.Handshake, Ticket(ticket)), .. Finished(spoil)];
    }

    /// <summary>The flight of an abbreviated handshake (RFC 5246 section 7.3), all of it.</summary>
    /// <param name="master">The master secret of the session.</param>
    /// <param name="hello">ServerHello; <see langword="null"/> for the usual one with the client's session id.</param>
    /// <param name="ticket">A new ticket for the session; <see langword="null"/> for none.</param>
    public byte[] Resume(byte[] master, byte[]? hello = null, byte[]? ticket = null)
    {
        byte[] messages = [.. hello ?? ServerHello(sessionId: tls.SessionId), .. ticket is null ? [] : Ticket(ticket)];
        Master = master;
        return [.. RawTls13.Record(RawTls13.Handshake, messages), .. Finished()];
    }

    /// <summary>Whether a record is the client's Finished of an abbreviated handshake.</summary>
    public bool IsFinished(byte[] record)
    {
        var keys = Keys();
        return Open(keys[..16], keys[32..36], record) is { } message
            && message.SequenceEqual((byte[])[20, 0, 0, 12, .. Expand(Master, "client finished", tls.TranscriptHash, 12)]);
    }

    public byte[] Done() => tls.Message(14, []);

    // NewSessionTicket (RFC 5077 section 3.3) with a lifetime of an hour.
    private byte[] Ticket(byte[] ticket) => tls.Message(4, [0, 0, 0x0e, 0x10, .. RawTls13.U16(ticket.Length), .. ticket]);

    private byte[] Finished(byte spoil = 0)
    {
        var keys = Keys();
        var data = Expand(Master, "server finished", tls.TranscriptHash, 12);
        data[0] ^= spoil;
        return [.. RawTls13.Record(RawTls13.ChangeCipherSpec, [1]), .. Seal(keys[16..32], keys[36..], tls.Message(20, data))];
    }

    // Those of client and server, then the fixed parts of their nonces.
    private byte[] Keys() => Expand(Master, "key expansion", [.. _random, .. tls.ClientRandom], 16 + 16 + 4 + 4);

    // The first record under these keys in either direction: sequence number 0, which is the explicit part of the nonce too.
    private static byte[] Seal(byte[] key, byte[] iv, byte[] content)
    {
        var sealedContent = new byte[content.Length];
        var tag = new byte[16];
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt((byte[])[.. iv, .. new byte[8]], content, sealedContent, tag, Additional(content.Length));
        return RawTls13.Record(RawTls13.Handshake, [.. new byte[8], .. sealedContent, .. tag]);
    }

    private static byte[]? Open(byte[] key, byte[] iv, byte[] record)
    {
        var content = new byte[record.Length - 5 - 8 - 16];
        using var aes = new AesGcm(key, 16);
        try
        {
            aes.Decrypt((byte[])[.. iv, .. record[5..13]], record[13..^16], record[^16..], content, Additional(content.Length));
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    // Sequence number, type, version, length (RFC 5246 section 6.2.3.3).
    private static byte[] Additional(int length) => [.. new byte[8], RawTls13.Handshake, 3, 3, .. RawTls13.U16(length)];

    // P_SHA256 (RFC 5246 section 5).
    private static byte[] Expand(byte[] secret, string label, byte[] seed, int length)
    {
        byte[] all = [.. System.Text.Encoding.ASCII.GetBytes(label), .. seed];
        var output = new List<byte>();
        for (var a = HMACSHA256.HashData(secret, all); output.Count < length; a = HMACSHA256.HashData(secret, a))
        {
            output.AddRange(HMACSHA256.HashData(secret, (byte[])[.. a, .. all]));
        }

        return [.. output.Take(length)];
    }
}
