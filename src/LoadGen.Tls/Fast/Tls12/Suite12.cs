using System.Net.Security;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Fast.Tls12;

/// <summary>How a suite of TLS 1.2 agrees on the premaster secret, and what key the server proves (RFC 5246 section 7.4.3, RFC 8422 section 2).</summary>
internal enum KeyExchange12
{
    /// <summary>ECDHE, signed with an ECDSA or EdDSA key.</summary>
    EcdheEcdsa,

    /// <summary>ECDHE, signed with an RSA key.</summary>
    EcdheRsa,

    /// <summary>The client encrypts the premaster secret to the server's RSA key.</summary>
    Rsa,
}

/// <summary>What a cipher suite of TLS 1.2 consists of (RFC 5246 appendix C, RFC 5288, RFC 5289, RFC 7905, RFC 8422 section 6).</summary>
/// <param name="Suite">Its code point.</param>
/// <param name="Exchange">Its key exchange.</param>
/// <param name="Hash">The hash of the PRF and of Finished.</param>
/// <param name="Aead">The record cipher; <see langword="null"/> for AES-CBC.</param>
/// <param name="Mac">The MAC of AES-CBC.</param>
/// <param name="KeyBytes">The length of the cipher's key.</param>
internal sealed record Suite12(TlsCipherSuite Suite, KeyExchange12 Exchange, HashKind Hash, AeadKind? Aead, MacKind Mac, int KeyBytes)
{
    private static readonly (KeyExchange12 Exchange, string Start)[] Exchanges =
        [(KeyExchange12.EcdheEcdsa, "TLS_ECDHE_ECDSA_WITH_"), (KeyExchange12.EcdheRsa, "TLS_ECDHE_RSA_WITH_"), (KeyExchange12.Rsa, "TLS_RSA_WITH_")];

    // Suites whose name ends in SHA have that MAC, and the PRF of TLS 1.2 with SHA-256 (RFC 5246 section 5).
    private static readonly (string End, HashKind Hash, AeadKind? Aead, MacKind Mac, int KeyBytes)[] Ciphers =
    [
        ("AES_128_GCM_SHA256", HashKind.Sha256, AeadKind.AesGcm, default, 16),
        ("AES_256_GCM_SHA384", HashKind.Sha384, AeadKind.AesGcm, default, 32),
        ("CHACHA20_POLY1305_SHA256", HashKind.Sha256, AeadKind.ChaCha20Poly1305, default, 32),
        ("AES_128_CBC_SHA", HashKind.Sha256, null, MacKind.Sha1, 16),
        ("AES_256_CBC_SHA", HashKind.Sha256, null, MacKind.Sha1, 32),
        ("AES_128_CBC_SHA256", HashKind.Sha256, null, MacKind.Sha256, 16),
        ("AES_256_CBC_SHA256", HashKind.Sha256, null, MacKind.Sha256, 32),
        ("AES_256_CBC_SHA384", HashKind.Sha384, null, MacKind.Sha384, 32),
    ];

    /// <summary>All that the platform computes.</summary>
    public static IReadOnlyList<Suite12> All { get; } =
    [
        .. from exchange in Exchanges
           from cipher in Ciphers
           where cipher.Aead is not { } aead || Crypto.Aead.Supports(aead)
           where Enum.TryParse<TlsCipherSuite>(exchange.Start + cipher.End, out _)
           select new Suite12(Enum.Parse<TlsCipherSuite>(exchange.Start + cipher.End), exchange.Exchange, cipher.Hash, cipher.Aead, cipher.Mac, cipher.KeyBytes),
    ];

    /// <summary>Whether it is one of AES-CBC.</summary>
    public bool IsCbc => Aead is null;

    /// <summary>Whether the server has a key of its own for the exchange, in ServerKeyExchange.</summary>
    public bool IsEphemeral => Exchange != KeyExchange12.Rsa;

    /// <summary>The length of the MAC's key; 0 for AEAD.</summary>
    public int MacKeyBytes => IsCbc ? CbcHmac.MacBytes(Mac) : 0;

    /// <summary>
    /// The length of the part of the nonce that comes from the key block: 4 with AES-GCM (RFC 5288 section 3), 12 with ChaCha20-Poly1305
    /// (RFC 7905 section 2), none with AES-CBC, whose IVs are in the records.
    /// </summary>
    public int FixedIvBytes => Aead switch
    {
        AeadKind.AesGcm => 4,
        AeadKind.ChaCha20Poly1305 => Crypto.Aead.NonceBytes,
        _ => 0,
    };

    /// <summary>The length of the key block (RFC 5246 section 6.3).</summary>
    public int KeyBlockBytes => 2 * (MacKeyBytes + KeyBytes + FixedIvBytes);

    /// <summary>The parts of a suite; <see langword="null"/> for any other.</summary>
    public static Suite12? Of(TlsCipherSuite suite)
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
