using LoadGen.Core.Handshakes;
using LoadGen.Tls.Certificates;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>One handshake's client, as BouncyCastle asks it: what to offer, what to think of the certificate.</summary>
internal sealed class OfferingClient(TlsCrypto crypto, Offer offer, CertificateVerifier verifier, NegotiatedPool pool)
    : AbstractTlsClient(crypto), TlsAuthentication
{
    /// <summary>What was negotiated; <see langword="null"/> before the handshake is complete.</summary>
    public Negotiated? Negotiated { get; private set; }

    /// <summary>The group of a TLS 1.2 key exchange; -1 where none took part.</summary>
    public int EphemeralGroup { get; set; } = -1;

    /// <summary>What was thought of the certificate; <see langword="null"/> before it came.</summary>
    public CertificateVerdict? Verdict { get; private set; }

    public override TlsAuthentication GetAuthentication() => this;

    public void NotifyServerCertificate(TlsServerCertificate serverCertificate)
    {
        var list = serverCertificate.Certificate.GetCertificateList();
        var chain = new byte[list.Length][];
        for (var i = 0; i < list.Length; i++)
        {
            chain[i] = list[i].GetEncoded();
        }

        Verdict = verifier.Verify(chain);
        if (Verdict.Fault is { } fault)
        {
            throw new TlsFatalAlert(ChainFailures.AlertOf(fault), Verdict.Detail);
        }
    }

    public TlsCredentials? GetClientCredentials(CertificateRequest certificateRequest) => null;

    public override IList<int> GetEarlyKeyShareGroups() => [offer.Groups[0]];

    // psk_key_exchange_modes is what tells a server that it may send tickets (RFC 8446 section 4.2.9); browsers do.
    public override short[] GetPskKeyExchangeModes() => [PskKeyExchangeMode.psk_dhe_ke];

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        var parameters = m_context.SecurityParameters;
        var version = (TlsVersion)parameters.NegotiatedVersion.FullVersion;
        var group = version == TlsVersion.Tls13 ? parameters.NegotiatedGroup : EphemeralGroup;
        Negotiated = pool.Get(version, parameters.CipherSuite, group, parameters.IsResumedSession);
    }

    protected override ProtocolVersion[] GetSupportedVersions() => offer.Versions;

    protected override int[] GetSupportedCipherSuites() => offer.Suites;

    protected override IList<int> GetSupportedGroups(IList<int> namedGroupRoles) => offer.Groups;

    protected override IList<SignatureAndHashAlgorithm> GetSupportedSignatureAlgorithms() => offer.SignatureAlgorithms;

    protected override IList<ServerName>? GetSniServerNames() => offer.ServerNames.Count > 0 ? offer.ServerNames : null;

    protected override IList<ProtocolName>? GetProtocolNames() => offer.Alpn.Count > 0 ? offer.Alpn : null;

    protected override CertificateStatusRequest? GetCertificateStatusRequest() => null;
}
