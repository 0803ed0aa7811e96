using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle.Sessions;
using LoadGen.Tls.Certificates;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>One handshake's client, as BouncyCastle asks it: what to offer, what to think of the certificate.</summary>
internal sealed class OfferingClient : AbstractTlsClient, TlsAuthentication
{
    private readonly Offer _offer;
    private readonly Offer.Names _names;
    private readonly CertificateVerifier _verifier;
    private readonly NegotiatedPool _pool;
    private readonly StoredSession? _session;
    private byte[]? _ticket;
    private bool _showedCertificate;
    private bool _ocspStapled;

    /// <param name="crypto">The connection slot's cryptography.</param>
    /// <param name="offer">What to offer.</param>
    /// <param name="verifiers">One for each of the target's server names.</param>
    /// <param name="pool">Where distinct results are kept.</param>
    public OfferingClient(TlsCrypto crypto, Offer offer, CertificateVerifier[] verifiers, NegotiatedPool pool)
        : base(crypto)
    {
        _offer = offer;
        _pool = pool;
        _names = offer.NextNames();
        _verifier = verifiers[_names.Index];
        if (offer.Resumption.IsAny && _names.Session is var session && offer.Resumption.Next(session is not null))
        {
            _session = session;
        }
    }

    /// <summary>Where to keep what nobody but a person looks at; usually nowhere.</summary>
    public HandshakeDetails? Details { get; init; }

    /// <summary>What has to come back for the handshake to count as completed.</summary>
    public Confirm Confirm => _offer.Profile.Confirm;

    /// <summary>The host of an HTTP request.</summary>
    public string Host => _verifier.ServerName;

    /// <summary>Whether this handshake offers a session.</summary>
    public bool OffersSession => _session is not null;

    /// <summary>What was negotiated; <see langword="null"/> before the handshake is complete.</summary>
    public Negotiated? Negotiated { get; private set; }

    /// <summary>The group of a TLS 1.2 key exchange; -1 where none took part.</summary>
    public int EphemeralGroup { get; set; } = -1;

    /// <summary>The scheme of the server's signature; -1 before there was one.</summary>
    public int ServerSignatureScheme { get; set; } = -1;

    /// <summary>Whether the server sent a HelloRetryRequest.</summary>
    public bool WasRetried { get; set; }

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

        _ocspStapled = serverCertificate.CertificateStatus is not null
            || (TlsUtilities.IsTlsV13(m_context)
                && serverCertificate.Certificate.GetCertificateEntryAt(0).Extensions?.ContainsKey(ExtensionType.status_request) == true);
        Verdict = _verifier.Verify(chain);
        if (Details is not null)
        {
            Details.Chain = chain;
            Details.ChainVerdict = Verdict.Detail;
        }

        if (Verdict.Fault is { } fault)
        {
            throw new TlsFatalAlert(ChainFailures.AlertOf(fault), Verdict.Detail);
        }
    }

    public TlsCredentials? GetClientCredentials(CertificateRequest certificateRequest)
    {
        var credentials = _offer.Identities.Next()?.CredentialsFor(certificateRequest, m_context);
        _showedCertificate = credentials is not null;
        return credentials;
    }

    public override IList<int> GetEarlyKeyShareGroups() => _offer.KeyShares;

    // psk_key_exchange_modes is what tells a server that it may send tickets (RFC 8446 section 4.2.9); browsers do.
    public override short[] GetPskKeyExchangeModes() => [PskKeyExchangeMode.psk_dhe_ke];

    public override TlsSession? GetSessionToResume() => _session?.ToOffer(Crypto);

    public override IList<TlsPskExternal>? GetExternalPsks() => _offer.Profile.PreSharedKey is { } key
        ? [new BasicTlsPskExternal(System.Text.Encoding.UTF8.GetBytes(key.Identity), Crypto.CreateSecret(Convert.FromHexString(key.KeyHex)))]
        : null;

    public override TlsPskIdentity? GetPskIdentity() => _offer.Profile.PreSharedKey is { } key
        ? new BasicTlsPskIdentity(System.Text.Encoding.UTF8.GetBytes(key.Identity), Convert.FromHexString(key.KeyHex))
        : null;

    public override IDictionary<int, byte[]> GetClientExtensions()
    {
        var extensions = base.GetClientExtensions();
        if (_offer.Resumption.IsAny)
        {
            // RFC 5077 section 3.2: an empty extension asks for a ticket.
            extensions[ExtensionType.session_ticket] = _session?.Ticket ?? [];
        }

        return extensions;
    }

    public override TlsDHGroupVerifier GetDHGroupVerifier() => AnyDhGroup.Instance;

    public override void NotifyNewSessionTicket(NewSessionTicket newSessionTicket)
    {
        _ticket = newSessionTicket.Ticket;
        Details?.TicketLifetimes.Add(TimeSpan.FromSeconds(newSessionTicket.TicketLifetimeHint));
    }

    public override void NotifySelectedCipherSuite(int selectedCipherSuite)
    {
        base.NotifySelectedCipherSuite(selectedCipherSuite);
        Details?.Suite = TlsNames.SuiteName(selectedCipherSuite);
    }

    public override void ProcessServerExtensions(IDictionary<int, byte[]> serverExtensions)
    {
        base.ProcessServerExtensions(serverExtensions);
        if (Details is not null && TlsExtensionsUtilities.GetSupportedGroupsExtension(serverExtensions) is { } groups)
        {
            Details.ServerGroups = [.. groups.Select(TlsNames.GroupName).OfType<string>()];
        }
    }

    public override bool ShouldUseExtendedMasterSecret() => _offer.Profile.ExtendedMasterSecret;

    // Sessions of servers without the extended master secret are resumed too: whoever measures them wants to know.
    public override bool AllowLegacyResumption() => true;

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        var parameters = m_context.SecurityParameters;
        var version = (TlsVersion)parameters.NegotiatedVersion.FullVersion;
        if (_offer.Resumption.IsAny && version < TlsVersion.Tls13 && (_ticket is not null || !parameters.IsResumedSession))
        {
            _names.Session = StoredSession.Of(m_context.Session, _ticket, Crypto) ?? _names.Session;
        }

        Negotiated = _pool.Get(new NegotiatedKey(
            version,
            parameters.CipherSuite,
            version == TlsVersion.Tls13 ? parameters.NegotiatedGroup : EphemeralGroup,
            ServerSignatureScheme,
            parameters.IsApplicationProtocolSet ? parameters.ApplicationProtocol?.GetUtf8Decoding() : null)
        {
            IsResumed = parameters.IsResumedSession,
            WasRetried = WasRetried,
            ShowedCertificate = _showedCertificate,
            OcspStapled = _offer.Profile.Ocsp ? _ocspStapled : null,
            UsedPreSharedKey = _offer.Profile.PreSharedKey is not null && Verdict is null && !parameters.IsResumedSession,
            ServerConfirmed = Confirm != Confirm.None || (version < TlsVersion.Tls13 && !parameters.IsResumedSession),
        });
    }

    protected override ProtocolVersion[] GetSupportedVersions() => _offer.Versions;

    protected override int[] GetSupportedCipherSuites() => _offer.Suites;

    protected override IList<int> GetSupportedGroups(IList<int> namedGroupRoles) => _offer.Groups;

    protected override IList<SignatureAndHashAlgorithm> GetSupportedSignatureAlgorithms() => _offer.SignatureAlgorithms;

    protected override IList<ServerName>? GetSniServerNames() => _names.ServerNames.Count > 0 ? _names.ServerNames : null;

    protected override IList<ProtocolName>? GetProtocolNames() => _offer.Alpn.Count > 0 ? _offer.Alpn : null;

    protected override CertificateStatusRequest? GetCertificateStatusRequest()
        => _offer.Profile.Ocsp ? new CertificateStatusRequest(CertificateStatusType.ocsp, new OcspStatusRequest(null, null)) : null;
}
