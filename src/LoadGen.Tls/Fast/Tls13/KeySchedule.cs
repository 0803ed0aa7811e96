using System.Net.Security;
using System.Security.Cryptography;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Fast.Tls13;

/// <summary>What a cipher suite of TLS 1.3 consists of (RFC 8446 appendix B.4).</summary>
/// <param name="Suite">Its code point.</param>
/// <param name="Hash">The hash of the transcript and of HKDF.</param>
/// <param name="Aead">The record cipher.</param>
/// <param name="KeyBytes">The length of its key.</param>
internal sealed record SuiteParts(TlsCipherSuite Suite, HashKind Hash, AeadKind Aead, int KeyBytes)
{
    /// <summary>All that the platform computes.</summary>
    public static IReadOnlyList<SuiteParts> All { get; } =
    [
        .. ((SuiteParts[])
        [
            new(TlsCipherSuite.TLS_AES_128_GCM_SHA256, HashKind.Sha256, AeadKind.AesGcm, 16),
            new(TlsCipherSuite.TLS_AES_256_GCM_SHA384, HashKind.Sha384, AeadKind.AesGcm, 32),
            new(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, HashKind.Sha256, AeadKind.ChaCha20Poly1305, 32),
        ]).Where(parts => Crypto.Aead.Supports(parts.Aead)),
    ];

    /// <summary>The parts of a suite; <see langword="null"/> for any other.</summary>
    public static SuiteParts? Of(TlsCipherSuite suite)
    {
        foreach (var parts in All)
        {
            if (parts.Suite == suite)
            {
                return parts;
            }
        }

        return null;
    }
}

/// <summary>
/// The secrets of one TLS 1.3 handshake after another (RFC 8446 section 7.1). Labels and values are those of the figure there.
/// </summary>
internal sealed class KeySchedule
{
    private static readonly byte[][] EmptyHashes = [.. Enum.GetValues<HashKind>().Select(EmptyHash)];

    // Without a pre-shared key the early secret is a constant, and so is what is derived from it.
    private static readonly byte[][] DerivedEarlySecrets = [.. Enum.GetValues<HashKind>().Select(DerivedEarlySecret)];

    private readonly byte[] _secret = new byte[Hashing.MostBytes];
    private readonly byte[] _client = new byte[Hashing.MostBytes];
    private readonly byte[] _server = new byte[Hashing.MostBytes];
    private HashKind _hash;

    /// <summary>The early secret of a pre-shared key, then the handshake secret, then the master secret.</summary>
    public ReadOnlySpan<byte> Secret => _secret.AsSpan(0, _hash.Bytes());

    /// <summary>The client's traffic secret of the present keys.</summary>
    public ReadOnlySpan<byte> Client => _client.AsSpan(0, _hash.Bytes());

    /// <summary>The server's traffic secret of the present keys.</summary>
    public ReadOnlySpan<byte> Server => _server.AsSpan(0, _hash.Bytes());

    private Span<byte> Room => _secret.AsSpan(0, _hash.Bytes());

    /// <summary>The early secret of a pre-shared key that is offered.</summary>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="key">The key.</param>
    public void UsePreShared(HashKind hash, ReadOnlySpan<byte> key)
    {
        _hash = hash;
        Span<byte> zeros = stackalloc byte[Hashing.MostBytes];
        zeros.Clear();
        KeyDerivation.Extract(hash, zeros[..hash.Bytes()], key, Room);
    }

    /// <summary>The binder of a ticket (section 4.2.11.2).</summary>
    /// <param name="transcript">The hash of all to ClientHello, without its binders.</param>
    /// <param name="output">Receives it, one hash long.</param>
    public void Binder(ReadOnlySpan<byte> transcript, Span<byte> output)
    {
        Span<byte> key = stackalloc byte[Hashing.MostBytes];
        Derive("res binder"u8, EmptyHashes[(int)_hash], key);
        Finished(_hash, key[.._hash.Bytes()], transcript, output);
    }

    /// <summary>The client's traffic secret of early data.</summary>
    /// <param name="transcript">The hash of ClientHello.</param>
    public void UseEarly(ReadOnlySpan<byte> transcript) => Derive("c e traffic"u8, transcript, _client);

    /// <summary>The handshake secret and both handshake traffic secrets.</summary>
    /// <param name="hash">The hash of the suite.</param>
    /// <param name="withPreShared">Whether the server chose the pre-shared key.</param>
    /// <param name="shared">The shared secret of the key agreement; empty if there is none beside a pre-shared key.</param>
    /// <param name="transcript">The hash of ClientHello to ServerHello.</param>
    public void UseShared(HashKind hash, bool withPreShared, ReadOnlySpan<byte> shared, ReadOnlySpan<byte> transcript)
    {
        _hash = hash;
        Span<byte> derived = stackalloc byte[Hashing.MostBytes];
        derived = derived[..hash.Bytes()];
        if (withPreShared)
        {
            Derive("derived"u8, EmptyHashes[(int)hash], derived);
        }
        else
        {
            DerivedEarlySecrets[(int)hash].CopyTo(derived);
        }

        Span<byte> zeros = stackalloc byte[Hashing.MostBytes];
        zeros.Clear();
        KeyDerivation.Extract(hash, derived, shared.IsEmpty ? zeros[..hash.Bytes()] : shared, Room);
        Derive("c hs traffic"u8, transcript, _client);
        Derive("s hs traffic"u8, transcript, _server);
    }

    /// <summary>The master secret and both application traffic secrets.</summary>
    /// <param name="transcript">The hash of ClientHello to the server's Finished.</param>
    public void UseApplication(ReadOnlySpan<byte> transcript)
    {
        Span<byte> derived = stackalloc byte[Hashing.MostBytes];
        Derive("derived"u8, EmptyHashes[(int)_hash], derived);
        Span<byte> zeros = stackalloc byte[Hashing.MostBytes];
        zeros.Clear();
        KeyDerivation.Extract(_hash, derived[.._hash.Bytes()], zeros[.._hash.Bytes()], Room);
        Derive("c ap traffic"u8, transcript, _client);
        Derive("s ap traffic"u8, transcript, _server);
    }

    /// <summary>The exporter master secret.</summary>
    /// <param name="transcript">The hash of ClientHello to the server's Finished.</param>
    /// <param name="output">Receives it, one hash long.</param>
    public void Exporter(ReadOnlySpan<byte> transcript, Span<byte> output) => Derive("exp master"u8, transcript, output);

    /// <summary>The pre-shared key of a ticket (section 4.6.1).</summary>
    /// <param name="transcript">The hash of ClientHello to the client's Finished.</param>
    /// <param name="nonce">The nonce of the ticket.</param>
    /// <param name="output">Receives the key, one hash long.</param>
    public void TicketKey(ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> nonce, Span<byte> output)
    {
        Span<byte> secret = stackalloc byte[Hashing.MostBytes];
        Derive("res master"u8, transcript, secret);
        KeyDerivation.ExpandLabel(_hash, secret[.._hash.Bytes()], "resumption"u8, nonce, output);
    }

    /// <summary>The verify_data of the client's Finished (section 4.4.4).</summary>
    public void ClientFinished(ReadOnlySpan<byte> transcript, Span<byte> output) => Finished(_hash, Client, transcript, output);

    /// <summary>The verify_data of the server's Finished.</summary>
    public void ServerFinished(ReadOnlySpan<byte> transcript, Span<byte> output) => Finished(_hash, Server, transcript, output);

    /// <summary>The client's next application traffic secret (section 7.2).</summary>
    public void UpdateClient() => Update(_client);

    /// <summary>The server's next application traffic secret.</summary>
    public void UpdateServer() => Update(_server);

    /// <summary>Forgets the secrets.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_secret);
        CryptographicOperations.ZeroMemory(_client);
        CryptographicOperations.ZeroMemory(_server);
    }

    private static void Finished(HashKind hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> transcript, Span<byte> output)
    {
        Span<byte> key = stackalloc byte[Hashing.MostBytes];
        key = key[..hash.Bytes()];
        KeyDerivation.ExpandLabel(hash, secret, "finished"u8, [], key);
        Hashing.Hmac(hash, key, transcript, output);
    }

    private static byte[] EmptyHash(HashKind hash)
    {
        var empty = new byte[hash.Bytes()];
        Hashing.Hash(hash, [], empty);
        return empty;
    }

    private static byte[] DerivedEarlySecret(HashKind hash)
    {
        var (early, derived) = (new byte[hash.Bytes()], new byte[hash.Bytes()]);
        KeyDerivation.Extract(hash, new byte[hash.Bytes()], new byte[hash.Bytes()], early);
        KeyDerivation.ExpandLabel(hash, early, "derived"u8, EmptyHash(hash), derived);
        return derived;
    }

    private void Derive(ReadOnlySpan<byte> label, ReadOnlySpan<byte> transcript, Span<byte> output)
        => KeyDerivation.ExpandLabel(_hash, Secret, label, transcript, output[.._hash.Bytes()]);

    private void Update(byte[] secret)
    {
        Span<byte> next = stackalloc byte[Hashing.MostBytes];
        next = next[.._hash.Bytes()];
        KeyDerivation.ExpandLabel(_hash, secret.AsSpan(0, _hash.Bytes()), "traffic upd"u8, [], next);
        next.CopyTo(secret);
    }
}
