using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// The certificates that servers have shown in a run, each parsed once. BouncyCastle would parse a certificate again for
/// every use of its key, and test an RSA modulus for being composite each time, which costs more than a whole handshake.
/// </summary>
internal sealed class CertificateStore
{
    // A server that shows a new certificate each time must not fill the memory.
    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<byte[], TlsCertificate> _parsed = new(new ByContent());
    private readonly BcTlsCrypto _crypto = new();

    /// <summary>The certificate of a DER encoding.</summary>
    /// <exception cref="Org.BouncyCastle.Tls.TlsFatalAlert">The bytes are no certificate.</exception>
    public TlsCertificate Get(byte[] encoding)
    {
        if (_parsed.TryGetValue(encoding, out var known))
        {
            return known;
        }

        var certificate = new Parsed(_crypto, encoding);
        return _parsed.Count < MostKept ? _parsed.GetOrAdd(encoding, certificate) : certificate;
    }

    private sealed class Parsed : BcTlsCertificate
    {
        private readonly byte[] _encoding;
        private AsymmetricKeyParameter? _key;

        public Parsed(BcTlsCrypto crypto, byte[] encoding)
            : base(crypto, encoding)
        {
            _encoding = encoding;
        }

        public override byte[] GetEncoded() => _encoding;

        protected override AsymmetricKeyParameter GetPublicKey() => _key ??= base.GetPublicKey();
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
