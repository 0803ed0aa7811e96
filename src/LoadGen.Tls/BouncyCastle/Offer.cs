using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>What a profile offers to a target, in the form that goes into ClientHello. Made once for each pair of them.</summary>
internal sealed class Offer
{
    private static readonly int[] DefaultSuites13 =
        [CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_CHACHA20_POLY1305_SHA256];

    private static readonly int[] DefaultSuites12 =
    [
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
    ];

    private static readonly int[] DefaultGroups = [NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1];

    public Offer(Target target, Profile profile)
    {
        Versions = [.. profile.TlsVersions.OrderDescending().Select(TlsNames.Version)];
        Suites = profile.CipherSuites.Count > 0
            ? [.. profile.CipherSuites.Select(name => TlsNames.Suites[name])]
            : [.. profile.TlsVersions.Contains(TlsVersion.Tls13) ? DefaultSuites13 : [], .. profile.TlsVersions.Any(version => version < TlsVersion.Tls13) ? DefaultSuites12 : []];
        Groups = profile.Groups.Count > 0 ? [.. profile.Groups.Select(name => TlsNames.Groups[name])] : DefaultGroups;
        var schemes = profile.SignatureSchemes.Count > 0 ? profile.SignatureSchemes : [.. TlsNames.SignatureSchemes.Keys];
        SignatureAlgorithms = [.. schemes.Select(name => SignatureScheme.GetSignatureAndHashAlgorithm(TlsNames.SignatureSchemes[name]))];
        Alpn = [.. profile.Alpn.Select(ProtocolName.AsUtf8Encoding)];

        // RFC 6066 section 3: an IP address is no server name.
        ServerNames = System.Net.IPAddress.TryParse(target.ServerName, out _)
            ? []
            : [new ServerName(NameType.host_name, System.Text.Encoding.ASCII.GetBytes(target.ServerName))];
    }

    public ProtocolVersion[] Versions { get; }

    public int[] Suites { get; }

    public IList<int> Groups { get; }

    public IList<SignatureAndHashAlgorithm> SignatureAlgorithms { get; }

    public IList<ProtocolName> Alpn { get; }

    public IList<ServerName> ServerNames { get; }
}
