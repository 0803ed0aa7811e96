using System.Security.Cryptography;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Fast.Tls12;

/// <summary>The secrets of one TLS 1.2 handshake after another (RFC 5246 sections 6.3 and 8.1, RFC 7627 section 4).</summary>
internal sealed class Secrets12
{
    public const int MasterBytes = 48;

    /// <summary>The length of verify_data (RFC 5246 section 7.4.9).</summary>
    public const int FinishedBytes = 12;

    // A MAC of SHA-384 and AES-256-CBC, both ways.
    private const int MostKeyBlockBytes = 2 * (48 + 32);

    private readonly byte[] _master = new byte[MasterBytes];
    private readonly byte[] _keys = new byte[MostKeyBlockBytes];
    private Suite12 _suite = null!;

    /// <summary>The master secret.</summary>
    public ReadOnlySpan<byte> Master => _master;

    /// <summary>The keys of the client's records.</summary>
    public DirectionKeys Client => new(_suite, _keys, second: false);

    /// <summary>The keys of the server's records.</summary>
    public DirectionKeys Server => new(_suite, _keys, second: true);

    /// <summary>Makes the master secret from the premaster secret and the randoms (RFC 5246 section 8.1).</summary>
    public void UsePremaster(Suite12 suite, ReadOnlySpan<byte> premaster, ReadOnlySpan<byte> clientRandom, ReadOnlySpan<byte> serverRandom)
    {
        _suite = suite;
        Span<byte> randoms = stackalloc byte[2 * ClientHello.RandomBytes];
        clientRandom.CopyTo(randoms);
        serverRandom.CopyTo(randoms[ClientHello.RandomBytes..]);
        KeyDerivation.Prf(suite.Hash, premaster, "master secret"u8, randoms, _master);
    }

    /// <summary>Makes the extended master secret (RFC 7627 section 4).</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="premaster">The premaster secret.</param>
    /// <param name="session">The hash of all messages to ClientKeyExchange.</param>
    public void UsePremaster(Suite12 suite, ReadOnlySpan<byte> premaster, ReadOnlySpan<byte> session)
    {
        _suite = suite;
        KeyDerivation.Prf(suite.Hash, premaster, "extended master secret"u8, session, _master);
    }

    /// <summary>Takes the master secret of an earlier session.</summary>
    public void UseMaster(Suite12 suite, ReadOnlySpan<byte> master)
    {
        _suite = suite;
        master.CopyTo(_master);
    }

    /// <summary>Makes the key block (RFC 5246 section 6.3).</summary>
    public void ExpandKeys(ReadOnlySpan<byte> clientRandom, ReadOnlySpan<byte> serverRandom)
    {
        Span<byte> randoms = stackalloc byte[2 * ClientHello.RandomBytes];
        serverRandom.CopyTo(randoms);
        clientRandom.CopyTo(randoms[ClientHello.RandomBytes..]);
        KeyDerivation.Prf(_suite.Hash, _master, "key expansion"u8, randoms, _keys.AsSpan(0, _suite.KeyBlockBytes));
    }

    /// <summary>The verify_data of the client's Finished (RFC 5246 section 7.4.9).</summary>
    public void ClientFinished(ReadOnlySpan<byte> transcript, Span<byte> output)
        => KeyDerivation.Prf(_suite.Hash, _master, "client finished"u8, transcript, output[..FinishedBytes]);

    /// <summary>The verify_data of the server's Finished.</summary>
    public void ServerFinished(ReadOnlySpan<byte> transcript, Span<byte> output)
        => KeyDerivation.Prf(_suite.Hash, _master, "server finished"u8, transcript, output[..FinishedBytes]);

    /// <summary>Forgets the secrets.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_master);
        CryptographicOperations.ZeroMemory(_keys);
    }
}

/// <summary>The part of the key block that is for one direction (RFC 5246 section 6.3).</summary>
internal readonly ref struct DirectionKeys
{
    /// <param name="suite">The suite.</param>
    /// <param name="block">The key block: MAC keys, keys, IVs, each first the client's, then the server's.</param>
    /// <param name="second">Whether it is the server's part.</param>
    public DirectionKeys(Suite12 suite, ReadOnlySpan<byte> block, bool second)
    {
        var (at, mac, key, iv) = (second ? 1 : 0, suite.MacKeyBytes, suite.KeyBytes, suite.FixedIvBytes);
        Suite = suite;
        MacKey = block.Slice(at * mac, mac);
        Key = block.Slice((2 * mac) + (at * key), key);
        Iv = block.Slice((2 * (mac + key)) + (at * iv), iv);
    }

    public Suite12 Suite { get; }

    public ReadOnlySpan<byte> MacKey { get; }

    public ReadOnlySpan<byte> Key { get; }

    public ReadOnlySpan<byte> Iv { get; }
}
