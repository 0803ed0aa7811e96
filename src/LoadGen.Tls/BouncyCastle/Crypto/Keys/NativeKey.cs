using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.EdEC;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Asn1.X9;

namespace LoadGen.Tls.BouncyCastle.Crypto.Keys;

/// <summary>A certificate's public key, with signatures verified by the platform's library. Safe for concurrent use.</summary>
internal abstract class NativeKey
{
    /// <summary>The native form of a key; <see langword="null"/> if there is none, and BouncyCastle's own is to be used.</summary>
    public static NativeKey? Of(SubjectPublicKeyInfo info)
    {
        try
        {
            var algorithm = info.Algorithm.Algorithm;
            return algorithm.Equals(X9ObjectIdentifiers.IdECPublicKey) ? EcdsaKey.Of(info.GetDerEncoded())
                : algorithm.Equals(PkcsObjectIdentifiers.RsaEncryption) ? new RsaKey(info.GetDerEncoded())
                : algorithm.Equals(EdECObjectIdentifiers.id_Ed25519) ? Ed25519Key.Of(info.PublicKey.GetBytes())
                : null;
        }
        catch (CryptographicException)
        {
            // A key that the platform does not take, such as one on a curve it does not have: BouncyCastle judges it.
            return null;
        }
    }

    /// <summary>Whether a TLS 1.3 signature of this scheme (RFC 8446 section 4.2.3) can be verified with this key here.</summary>
    public abstract bool Verifies(int signatureScheme);

    /// <summary>Whether a TLS 1.2 signature of this hash and algorithm (RFC 5246 section 4.7) can be verified with this key here.</summary>
    public abstract bool VerifiesHashBy(int signatureScheme);

    /// <summary>Whether the signature is that of the message.</summary>
    public abstract bool Verify(int signatureScheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>Whether the signature is that of a message with this hash.</summary>
    public abstract bool VerifyHash(int signatureScheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature);
}
