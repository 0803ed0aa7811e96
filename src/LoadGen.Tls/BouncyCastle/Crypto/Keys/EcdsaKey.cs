using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle.Crypto.Keys;

/// <summary>An ECDSA key on a NIST curve.</summary>
internal sealed class EcdsaKey : NativeKey
{
    private const DSASignatureFormat Der = DSASignatureFormat.Rfc3279DerSequence;

    private readonly KeyPool<ECDsa> _keys;
    private readonly int _scheme;

    private EcdsaKey(KeyPool<ECDsa> keys, int scheme)
    {
        _keys = keys;
        _scheme = scheme;
    }

    /// <exception cref="CryptographicException">The platform does not take the key.</exception>
    public static EcdsaKey? Of(byte[] subjectPublicKeyInfo)
    {
        ECDsa Create()
        {
            var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return key;
        }

        var first = Create();
        var curve = first.ExportParameters(includePrivateParameters: false).Curve;
        var scheme = !curve.IsNamed ? -1 : curve.Oid.Value switch
        {
            "1.2.840.10045.3.1.7" => SignatureScheme.ecdsa_secp256r1_sha256,
            "1.3.132.0.34" => SignatureScheme.ecdsa_secp384r1_sha384,
            "1.3.132.0.35" => SignatureScheme.ecdsa_secp521r1_sha512,
            _ => -1,
        };
        if (scheme < 0)
        {
            first.Dispose();
            return null;
        }

        var keys = new KeyPool<ECDsa>(Create);
        keys.Return(first);
        return new EcdsaKey(keys, scheme);
    }

    // TLS 1.3 ties the curve to the hash.
    public override bool Verifies(int signatureScheme) => signatureScheme == _scheme;

    public override bool VerifiesHashBy(int signatureScheme) => (byte)signatureScheme == SignatureAlgorithm.ecdsa;

    public override bool Verify(int signatureScheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var algorithm = SignatureScheme.GetCryptoHashAlgorithm(signatureScheme);
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        hash = hash[..Hashing.Size(algorithm)];
        Hashing.Hash(algorithm, message, hash);
        return VerifyHash(signatureScheme, hash, signature);
    }

    public override bool VerifyHash(int signatureScheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        var key = _keys.Take();
        try
        {
            return HasPositiveNumbers(signature) && key.VerifyHash(hash, signature, Der);
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            // The signature is not even a DER sequence of two numbers.
            return false;
        }
        finally
        {
            _keys.Return(key);
        }
    }

    // The platform takes a number for unsigned; in DER one whose first bit is set is negative (X.690 section 8.3.3), and no r or s.
    private static bool HasPositiveNumbers(ReadOnlySpan<byte> signature)
    {
        AsnDecoder.ReadSequence(signature, AsnEncodingRules.DER, out var at, out _, out _);
        var numbers = signature[at..];
        var r = AsnDecoder.ReadIntegerBytes(numbers, AsnEncodingRules.DER, out var consumed);
        var s = AsnDecoder.ReadIntegerBytes(numbers[consumed..], AsnEncodingRules.DER, out _);
        return (sbyte)r[0] >= 0 && (sbyte)s[0] >= 0;
    }
}
