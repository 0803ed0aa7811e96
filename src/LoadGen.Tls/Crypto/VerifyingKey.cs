using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Crypto;

/// <summary>A server's public key, with signatures verified by the platform's libraries. Safe for concurrent use.</summary>
internal abstract class VerifyingKey
{
    /// <summary>The key of a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).</summary>
    /// <returns><see langword="null"/> if the platform has no such keys, or rejects this one; an engine may have code of its own for it.</returns>
    public static VerifyingKey? Of(byte[] subjectPublicKeyInfo)
    {
        try
        {
            var info = new AsnReader(subjectPublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
            var algorithm = info.ReadSequence().ReadObjectIdentifier();
            return algorithm switch
            {
                KeyAlgorithms.Ec => EcdsaVerifyingKey.OnNistCurve(subjectPublicKeyInfo),
                KeyAlgorithms.Rsa => new RsaVerifyingKey(info.ReadBitString(out _), isForPssOnly: false),
                KeyAlgorithms.RsaPss => new RsaVerifyingKey(info.ReadBitString(out _), isForPssOnly: true),
                KeyAlgorithms.Ed25519 => Ed25519VerifyingKey.OfBytes(info.ReadBitString(out _)),
                _ => null,
            };
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            // Such as a key on a curve that the platform does not have.
            return null;
        }
    }

    /// <summary>Whether this key can verify a TLS 1.3 signature of the scheme (RFC 8446 section 4.2.3).</summary>
    public abstract bool Verifies(TlsSignatureScheme scheme);

    /// <summary>Whether this key can verify a TLS 1.2 signature of the hash and algorithm (RFC 5246 section 4.7) over a hash.</summary>
    public abstract bool VerifiesHashBy(TlsSignatureScheme scheme);

    /// <summary>Whether the signature is valid for the message; by default it is one of the message's hash.</summary>
    public virtual bool Verify(TlsSignatureScheme scheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Hashing.Hash(scheme.Hash(), message, hash);
        return VerifyHash(scheme, hash[..scheme.Hash().Bytes()], signature);
    }

    /// <summary>Whether the signature is valid for a message with this hash; only for schemes that <see cref="VerifiesHashBy"/> allows.</summary>
    public abstract bool VerifyHash(TlsSignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature);
}

/// <summary>
/// An RSA key of the general kind (rsaEncryption), for PSS and PKCS #1 v1.5 signatures (RFC 8017) and for static RSA key exchange, or one for PSS alone
/// (id-RSASSA-PSS).
/// </summary>
internal sealed class RsaVerifyingKey : VerifyingKey
{
    private readonly KeyPool<RSA> _keys;
    private readonly bool _isForPssOnly;
    private readonly int _signatureBytes;

    /// <param name="rsaPublicKey">RSAPublicKey (RFC 8017 appendix A.1.1).</param>
    /// <param name="isForPssOnly">Whether it is a key for PSS alone (RFC 4055 section 1.2).</param>
    /// <exception cref="CryptographicException">The platform rejects the key.</exception>
    public RsaVerifyingKey(byte[] rsaPublicKey, bool isForPssOnly)
    {
        _isForPssOnly = isForPssOnly;
        _keys = new KeyPool<RSA>(() =>
        {
            var key = RSA.Create();
            key.ImportRSAPublicKey(rsaPublicKey, out _);
            return key;
        });
        var first = _keys.Take();
        _signatureBytes = (first.KeySize + 7) / 8;
        _keys.Return(first);
    }

    /// <summary>Encrypts a premaster secret by PKCS #1 v1.5 (RFC 5246 section 7.4.7.1).</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> secret)
    {
        var key = _keys.Take();
        try
        {
            return key.Encrypt(secret, RSAEncryptionPadding.Pkcs1);
        }
        finally
        {
            _keys.Return(key);
        }
    }

    // RFC 8446 section 4.4.3: always PSS, whatever was offered for certificates. Its section 4.2.3: each kind of key has schemes of its own.
    public override bool Verifies(TlsSignatureScheme scheme) => _isForPssOnly ? scheme.IsPssOnly() : scheme.Padding() == RSASignaturePadding.Pss;

    public override bool VerifiesHashBy(TlsSignatureScheme scheme) => _isForPssOnly ? scheme.IsPssOnly() : scheme.Padding() is not null;

    public override bool VerifyHash(TlsSignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        // RFC 8017 sections 8.1.2 and 8.2.2: a signature is as long as the modulus.
        if (signature.Length != _signatureBytes)
        {
            return false;
        }

        var key = _keys.Take();
        try
        {
            return key.VerifyHash(hash, signature, scheme.Hash().AlgorithmName(), _isForPssOnly ? RSASignaturePadding.Pss : scheme.Padding()!);
        }
        finally
        {
            _keys.Return(key);
        }
    }
}

/// <summary>An ECDSA key on a NIST curve.</summary>
internal sealed class EcdsaVerifyingKey : VerifyingKey
{
    // SignatureAlgorithm.ecdsa (RFC 5246 section 7.4.1.4.1).
    private const int Ecdsa = 3;

    private readonly KeyPool<ECDsa> _keys;
    private readonly TlsSignatureScheme _scheme;

    private EcdsaVerifyingKey(KeyPool<ECDsa> keys, TlsSignatureScheme scheme)
    {
        _keys = keys;
        _scheme = scheme;
    }

    /// <exception cref="CryptographicException">The platform rejects the key.</exception>
    public static EcdsaVerifyingKey? OnNistCurve(byte[] subjectPublicKeyInfo)
    {
        var keys = new KeyPool<ECDsa>(() =>
        {
            var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return key;
        });
        var first = keys.Take();
        keys.Return(first);
        var curve = first.ExportParameters(includePrivateParameters: false).Curve;
        return curve.IsNamed && KeyAlgorithms.SchemeOfCurve(curve.Oid.Value) is { } scheme ? new EcdsaVerifyingKey(keys, scheme) : null;
    }

    // In TLS 1.3 the scheme determines the curve and the hash.
    public override bool Verifies(TlsSignatureScheme scheme) => scheme == _scheme;

    // In TLS 1.2 any hash goes with any curve: only the low byte, the algorithm, matters.
    public override bool VerifiesHashBy(TlsSignatureScheme scheme) => ((int)scheme & 0xff) == Ecdsa;

    public override bool VerifyHash(TlsSignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        var key = _keys.Take();
        try
        {
            return HasPositiveNumbers(signature) && key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            // The signature is no DER sequence of two numbers.
            return false;
        }
        finally
        {
            _keys.Return(key);
        }
    }

    // The platform reads the numbers as unsigned. In DER a number with its first bit set is negative (X.690 section 8.3.3), which r
    // and s must not be.
    private static bool HasPositiveNumbers(ReadOnlySpan<byte> signature)
    {
        AsnDecoder.ReadSequence(signature, AsnEncodingRules.DER, out var at, out _, out _);
        var numbers = signature[at..];
        var r = AsnDecoder.ReadIntegerBytes(numbers, AsnEncodingRules.DER, out var consumed);
        var s = AsnDecoder.ReadIntegerBytes(numbers[consumed..], AsnEncodingRules.DER, out _);
        return (sbyte)r[0] >= 0 && (sbyte)s[0] >= 0;
    }
}

/// <summary>An Ed25519 key (RFC 8032), by libsodium.</summary>
internal sealed class Ed25519VerifyingKey : VerifyingKey
{
    private readonly byte[] _key;

    private Ed25519VerifyingKey(byte[] key) => _key = key;

    public static Ed25519VerifyingKey? OfBytes(byte[] key)
        => Sodium.IsAvailable && key.Length == Sodium.Ed25519KeyBytes ? new Ed25519VerifyingKey(key) : null;

    public override bool Verifies(TlsSignatureScheme scheme) => scheme == TlsSignatureScheme.ed25519;

    // Ed25519 signs messages, never hashes: TLS 1.2 signs the whole message too (RFC 8422 section 5.10).
    public override bool VerifiesHashBy(TlsSignatureScheme scheme) => false;

    public override bool Verify(TlsSignatureScheme scheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        => signature.Length == Sodium.Ed25519SignatureBytes && Sodium.Ed25519Verify(signature, message, (ulong)message.Length, _key) == 0;

    public override bool VerifyHash(TlsSignatureScheme scheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
        => throw new NotSupportedException("Ed25519 signs messages, not hashes");
}

/// <summary>
/// Native objects of one key, one for each handshake that uses it at this moment: two threads must not share one, and making
/// one costs as much as a signature. They live as long as the certificate, which lives as long as the run.
/// </summary>
internal sealed class KeyPool<T>(Func<T> create)
    where T : class, IDisposable
{
    private readonly ConcurrentBag<T> _idle = [];

    public T Take() => _idle.TryTake(out var key) ? key : create();

    public void Return(T key) => _idle.Add(key);
}
