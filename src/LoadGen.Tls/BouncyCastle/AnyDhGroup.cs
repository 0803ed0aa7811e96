using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// Takes the groups of DHE servers of TLS 1.2 that are long enough, well known or made by their administrators, as other
/// clients do. Whether a prime is one is not tested: it would cost more than the handshake that is measured.
/// </summary>
internal sealed class AnyDhGroup : TlsDHGroupVerifier
{
    // What OpenSSL 3 and GnuTLS take by default at least.
    private const int LeastPrimeBits = 1024;

    public static AnyDhGroup Instance { get; } = new();

    public bool Accept(DHGroup dhGroup) => dhGroup.P.BitLength >= LeastPrimeBits;
}
