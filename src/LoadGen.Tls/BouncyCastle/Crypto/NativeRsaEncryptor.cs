using LoadGen.Tls.BouncyCastle.Crypto.Keys;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>Encrypts the premaster secret of a static RSA key exchange.</summary>
internal sealed class NativeRsaEncryptor(RsaKey key) : TlsEncryptor
{
    public byte[] Encrypt(byte[] input, int inOff, int length) => key.Encrypt(input.AsSpan(inOff, length));
}
