using System.Formats.Asn1;
using System.Security.Cryptography;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Crypto;

/// <summary>A client's private key for CertificateVerify. Safe for concurrent use.</summary>
internal abstract class SigningKey
{
    private static readonly TlsSignatureScheme[] PssSchemes =
        [TlsSignatureScheme.rsa_pss_rsae_sha256, TlsSignatureScheme.rsa_pss_rsae_sha384, TlsSignatureScheme.rsa_pss_rsae_sha512];

    private static readonly TlsSignatureScheme[] PssOnlySchemes =
        [TlsSignatureScheme.rsa_pss_pss_sha256, TlsSignatureScheme.rsa_pss_pss_sha384, TlsSignatureScheme.rsa_pss_pss_sha512];

    private static readonly TlsSignatureScheme[] Pkcs1Schemes =
        [TlsSignatureScheme.rsa_pkcs1_sha256, TlsSignatureScheme.rsa_pkcs1_sha384, TlsSignatureScheme.rsa_pkcs1_sha512];

    private static readonly TlsSignatureScheme[] EcdsaSchemes =
        [TlsSignatureScheme.ecdsa_secp256r1_sha256, TlsSignatureScheme.ecdsa_secp384r1_sha384, TlsSignatureScheme.ecdsa_secp521r1_sha512];

    /// <summary>The schemes for TLS 1.2 (RFC 5246 section 7.4.8).</summary>
    public required IReadOnlyList<TlsSignatureScheme> Schemes12 { get; init; }

    /// <summary>The schemes for TLS 1.3, where each curve has its hash and PKCS #1 v1.5 signs certificates only (RFC 8446 section 4.2.3).</summary>
    public required IReadOnlyList<TlsSignatureScheme> Schemes13 { get; init; }

    /// <summary>Whether the platform signs with this key; otherwise the engine must, with <see cref="Pkcs8"/>.</summary>
    public abstract bool IsNative { get; }

    /// <summary>The key in PKCS #8 (RFC 5208), not encrypted.</summary>
    public required byte[] Pkcs8 { get; init; }

    /// <summary>Reads a key in PKCS #8.</summary>
    /// <exception cref="CryptographicException">It is malformed, or of an algorithm without signatures in TLS.</exception>
    public static SigningKey Of(byte[] pkcs8)
    {
        var (algorithm, curve) = ReadAlgorithm(pkcs8);
        TlsSignatureScheme[] own = algorithm switch
        {
            KeyAlgorithms.Ed25519 => [TlsSignatureScheme.ed25519],
            KeyAlgorithms.Ed448 => [TlsSignatureScheme.ed448],
            KeyAlgorithms.Ec => KeyAlgorithms.SchemeOfCurve(curve) is { } scheme ? [scheme] : [],
            _ => [],
        };
        return algorithm switch
        {
            KeyAlgorithms.Rsa => new PlatformSigningKey<RSA>(
                pkcs8, RSA.Create, (key, scheme, hash) => key.SignHash(hash, scheme.Hash().AlgorithmName(), scheme.Padding()!))
            {
                Pkcs8 = pkcs8, Schemes12 = [.. PssSchemes, .. Pkcs1Schemes], Schemes13 = PssSchemes,
            },
            KeyAlgorithms.RsaPss => new PlatformSigningKey<RSA>(
                AsGeneralRsa(pkcs8), RSA.Create, (key, scheme, hash) => key.SignHash(hash, scheme.Hash().AlgorithmName(), RSASignaturePadding.Pss))
            {
                Pkcs8 = pkcs8, Schemes12 = PssOnlySchemes, Schemes13 = PssOnlySchemes,
            },
            KeyAlgorithms.Ec => new PlatformSigningKey<ECDsa>(pkcs8, ECDsa.Create, (key, _, hash) => key.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence))
            {
                Pkcs8 = pkcs8, Schemes12 = EcdsaSchemes, Schemes13 = own,
            },
            KeyAlgorithms.Ed25519 or KeyAlgorithms.Ed448 => new ForeignSigningKey { Pkcs8 = pkcs8, Schemes12 = own, Schemes13 = own },
            _ => throw new CryptographicException($"keys of the algorithm {algorithm} make no signatures in TLS"),
        };
    }

    /// <summary>Signs a hash that was computed with the scheme's hash function.</summary>
    /// <param name="scheme">One of <see cref="Schemes12"/> or <see cref="Schemes13"/>.</param>
    /// <param name="hash">The hash of the message.</param>
    /// <returns>The signature as CertificateVerify carries it.</returns>
    public abstract byte[] SignHash(TlsSignatureScheme scheme, ReadOnlySpan<byte> hash);

    // PrivateKeyInfo (RFC 5208 section 5): a version, then the algorithm, whose parameters are the curve for EC (RFC 5480 section 2.1.1).
    private static (string Algorithm, string? Curve) ReadAlgorithm(byte[] pkcs8)
    {
        try
        {
            var info = new AsnReader(pkcs8, AsnEncodingRules.BER).ReadSequence();
            _ = info.ReadInteger();
            var identifier = info.ReadSequence();
            var algorithm = identifier.ReadObjectIdentifier();
            return (algorithm, identifier.HasData && identifier.PeekTag() == Asn1Tag.ObjectIdentifier ? identifier.ReadObjectIdentifier() : null);
        }
        catch (AsnContentException error)
        {
            throw new CryptographicException("the private key is not PKCS #8", error);
        }
    }

    // .NET imports RSA keys of the general kind only; a key for PSS alone has the same numbers under another name (RFC 4055 section 3.1).
    private static byte[] AsGeneralRsa(byte[] pkcs8)
    {
        var info = new AsnReader(pkcs8, AsnEncodingRules.BER).ReadSequence();
        _ = info.ReadInteger();
        info.ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(KeyAlgorithms.Rsa);
                writer.WriteNull();
            }

            writer.WriteOctetString(info.ReadOctetString());
        }

        return writer.Encode();
    }

    /// <summary>A key that the platform signs with. Its objects sign one hash at a time, so that there are as many as sign at once.</summary>
    private sealed class PlatformSigningKey<T> : SigningKey
        where T : AsymmetricAlgorithm
    {
        private readonly KeyPool<T> _keys;
        private readonly SignHashWith _sign;

        public PlatformSigningKey(byte[] pkcs8, Func<T> create, SignHashWith sign)
        {
            _sign = sign;
            _keys = new KeyPool<T>(() =>
            {
                var key = create();
                key.ImportPkcs8PrivateKey(pkcs8, out _);
                return key;
            });
            _keys.Return(_keys.Take());
        }

        public delegate byte[] SignHashWith(T key, TlsSignatureScheme scheme, ReadOnlySpan<byte> hash);

        public override bool IsNative => true;

        public override byte[] SignHash(TlsSignatureScheme scheme, ReadOnlySpan<byte> hash)
        {
            var key = _keys.Take();
            try
            {
                return _sign(key, scheme, hash);
            }
            finally
            {
                _keys.Return(key);
            }
        }
    }

    /// <summary>A key that the platform does not sign with.</summary>
    private sealed class ForeignSigningKey : SigningKey
    {
        public override bool IsNative => false;

        public override byte[] SignHash(TlsSignatureScheme scheme, ReadOnlySpan<byte> hash) => throw new NotSupportedException($"the platform does not sign by {scheme.Name()}");
    }
}
