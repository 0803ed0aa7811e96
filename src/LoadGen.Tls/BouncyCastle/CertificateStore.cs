using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using LoadGen.Tls.BouncyCastle.Crypto;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// The certificates that servers have shown in a run, each parsed once. BouncyCastle would parse a certificate again for
/// every use of its key, and test an RSA modulus for being composite each time, which costs more than a whole handshake.
/// </summary>
/// <param name="native">Whether signatures are verified by the platform's library.</param>
internal sealed class CertificateStore(bool native)
{
    // A server that shows a new certificate each time must not fill the memory.
    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<byte[], TlsCertificate> _checked = new(new ByContent());
    private readonly ConcurrentDictionary<byte[], TlsCertificate> _unchecked = new(new ByContent());
    private readonly BcTlsCrypto _crypto = new();

    /// <summary>The certificate of a DER encoding.</summary>
    /// <param name="encoding">The encoding; it must not be changed any more.</param>
    /// <param name="checksSignatures">Whether it verifies signatures, or lets all of them pass.</param>
    /// <exception cref="Org.BouncyCastle.Tls.TlsFatalAlert">The bytes are no certificate.</exception>
    public TlsCertificate Get(byte[] encoding, bool checksSignatures)
    {
        var known = checksSignatures ? _checked : _unchecked;
        if (known.TryGetValue(encoding, out var certificate))
        {
            return certificate;
        }

        certificate = !checksSignatures ? new UncheckedCertificate(_crypto, encoding)
            : native ? new NativeCertificate(_crypto, encoding)
            : new ParsedCertificate(_crypto, encoding);
        return known.Count < MostKept ? known.GetOrAdd(encoding, certificate) : certificate;
    }

    private sealed class ByContent : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj)
        {
            // The end of a certificate is its signature: nothing tells two of them apart better.
            var hash = new HashCode();
            hash.AddBytes(obj.AsSpan(Math.Max(0, obj.Length - 32)));
            return hash.ToHashCode();
        }
    }
}
