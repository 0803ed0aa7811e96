using System.Net.Security;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Probing;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using X500DistinguishedName = System.Security.Cryptography.X509Certificates.X500DistinguishedName;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>Answers BouncyCastle's questions during one handshake: what to offer, whether to accept the certificate.</summary>
internal sealed class OfferingClient : AbstractTlsClient, TlsAuthentication
{
    private readonly BouncyCastleOffer _offer;
    private readonly Profile _profile;
    private readonly OfferedName _name;
    private readonly CertificateVerifier _verifier;
    private readonly NegotiatedPool _pool;
    private readonly StoredSession? _session;
    private byte[]? _ticket;
    private bool _certificateRequested;
    private bool _sentCertificate;
    private bool _ocspStapled;

    /// <param name="crypto">The connection slot's cryptography.</param>
    /// <param name="offer">What to offer.</param>
    /// <param name="verifiers">One for each of the target's server names.</param>
    /// <param name="pool">Where distinct results are kept.</param>
    public OfferingClient(TlsCrypto crypto, BouncyCastleOffer offer, CertificateVerifier[] verifiers, NegotiatedPool pool)
        : base(crypto)
    {
        _offer = offer;
        _pool = pool;
        _profile = offer.Offer.Profile;
        _name = offer.Offer.NextName();
        _verifier = verifiers[_name.Index];
        if (offer.Offer.Resumption.IsAny && offer.SessionOf(_name) is var session && offer.Offer.Resumption.Next(session is not null))
        {
            _session = session;
        }
    }

    /// <summary>Receives what only a probe shows; usually <see langword="null"/>.</summary>
    public HandshakeDetails? Details { get; init; }

    /// <summary>Where the handshake's secrets go; usually <see langword="null"/>.</summary>
    public SessionSecrets? Secrets { get; init; }

    /// <summary>What kind of handshake it is.</summary>
    public Profile Profile => _profile;

    /// <summary>The HTTP request that is to confirm the handshake.</summary>
    public byte[] HttpRequest => _offer.Offer.HttpRequestFor(_name);

    /// <summary>What may be behind an alert of the server that says little, for the sentence about it; usually empty.</summary>
    public string HintAt(TlsAlert alert) => Verdict is null ? _offer.Offer.HintAt(alert) : "";

    /// <summary>Whether a chain is still to come, and likely one that has not been checked before.</summary>
    public bool ExpectsNewChain => Verdict is null && _verifier.ExpectsNewChain;

    /// <summary>Whether this handshake offers a session.</summary>
    public bool OffersSession => _session is not null;

    /// <summary>What was negotiated; <see langword="null"/> before the handshake is complete.</summary>
    public Negotiated? Negotiated { get; private set; }

    /// <summary>The group of a TLS 1.2 key exchange; <see langword="null"/> if there is none.</summary>
    public TlsGroup? EphemeralGroup { get; set; }

    /// <summary>The scheme of the server's signature; <see langword="null"/> before it came.</summary>
    public TlsSignatureScheme? ServerSignatureScheme { get; set; }

    /// <summary>Whether the server sent a HelloRetryRequest.</summary>
    public bool WasRetried { get; set; }

    /// <summary>The verdict on the certificate; <see langword="null"/> before it came.</summary>
    public CertificateVerdict? Verdict { get; private set; }

    // Any that has three bytes for its length: RecordWatch is stricter, and tells why.
    public override int GetMaxHandshakeMessageSize() => 0xffffff;

    public override int GetMaxCertificateChainLength() => ServerLimits.Certificates;

    public override TlsAuthentication GetAuthentication() => this;

    public void NotifyServerCertificate(TlsServerCertificate serverCertificate)
    {
        var list = serverCertificate.Certificate.GetCertificateList();
        var chain = new ReadOnlyMemory<byte>[list.Length];
        for (var i = 0; i < list.Length; i++)
        {
            chain[i] = list[i].GetEncoded();
        }

        _ocspStapled = serverCertificate.CertificateStatus is not null
            || (TlsUtilities.IsTlsV13(m_context)
                && serverCertificate.Certificate.GetCertificateEntryAt(0).Extensions?.ContainsKey(ExtensionType.status_request) == true);
        if (_verifier.ExpectsNewChain)
        {
            (list[0] as ParsedCertificate)?.PrepareKey(_verifier.MostRsaBits);
        }

        Verdict = _verifier.Verify(chain);
        if (Details is not null)
        {
            Details.Chain = [.. chain.Select(der => der.ToArray())];
            Details.ChainVerdict = Verdict.Detail;
        }

        if (Verdict.Fault is { } fault)
        {
            throw new TlsFatalAlert((short)ChainFailures.AlertOf(fault), Verdict.Detail);
        }
    }

    public TlsCredentials? GetClientCredentials(CertificateRequest certificateRequest)
    {
        _certificateRequested = true;
        if (Details is not null)
        {
            Details.ClientAuthorities = [.. (certificateRequest.CertificateAuthorities ?? []).Select(name => BoundedText.Of(new X500DistinguishedName(name.GetEncoded()).Name))];
        }

        var credentials = _offer.NextCredentials()?.For(certificateRequest, m_context);
        _sentCertificate = credentials is not null;
        return credentials;
    }

    public override IList<int> GetEarlyKeyShareGroups() => _offer.KeyShares;

    // Servers send tickets only to clients that send psk_key_exchange_modes (RFC 8446 section 4.2.9), as browsers do.
    public override short[] GetPskKeyExchangeModes() => [PskKeyExchangeMode.psk_dhe_ke];

    public override TlsSession? GetSessionToResume() => _session?.ToOffer(Crypto);

    public override IList<TlsPskExternal>? GetExternalPsks() => _profile.PreSharedKey is { } key
        ? [new BasicTlsPskExternal(System.Text.Encoding.UTF8.GetBytes(key.Identity), Crypto.CreateSecret(Convert.FromHexString(key.KeyHex)))]
        : null;

    public override TlsPskIdentity? GetPskIdentity() => _profile.PreSharedKey is { } key
        ? new BasicTlsPskIdentity(System.Text.Encoding.UTF8.GetBytes(key.Identity), Convert.FromHexString(key.KeyHex))
        : null;

    public override IDictionary<int, byte[]> GetClientExtensions()
    {
        var extensions = base.GetClientExtensions();
        if (_offer.Offer.Resumption.IsAny)
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
        Details?.Suite = ((TlsCipherSuite)selectedCipherSuite).Name();
    }

    public override void ProcessServerExtensions(IDictionary<int, byte[]> serverExtensions)
    {
        base.ProcessServerExtensions(serverExtensions);
        if (TlsExtensionsUtilities.GetAlpnExtensionServer(serverExtensions) is { } selected && _offer.Alpn?.Contains(selected) != true)
        {
            // RFC 7301 section 3.2: the server selects from the client's list.
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, $"the server selected the application protocol {selected.GetUtf8Decoding()}, which was not offered");
        }

        if (Details is not null && TlsExtensionsUtilities.GetSupportedGroupsExtension(serverExtensions) is { } groups)
        {
            Details.ServerGroups = [.. groups.Select(group => ((TlsGroup)group).Name())];
        }
    }

    public override void NotifySecureRenegotiation(bool secureRenegotiation)
    {
        if (!secureRenegotiation)
        {
            // RFC 5746 section 4.1 lets a client refuse, as OpenSSL and browsers do.
            throw new TlsFatalAlert(AlertDescription.handshake_failure, "the server did not send renegotiation_info: it has no secure renegotiation (RFC 5746)");
        }
    }

    public override bool ShouldUseExtendedMasterSecret() => _profile.ExtendedMasterSecret;

    // Against the advice of RFC 7627 section 5.3: a server without the extended master secret is to be measured as well.
    public override bool AllowLegacyResumption() => true;

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        var parameters = m_context.SecurityParameters;
        Secrets?.WriteOfSession(parameters);
        var version = (TlsVersion)parameters.NegotiatedVersion.FullVersion;
        if (_offer.Offer.Resumption.IsAny && version < TlsVersion.Tls13 && (_ticket is not null || !parameters.IsResumedSession))
        {
            if (StoredSession.Of(m_context.Session, _ticket, Crypto) is { } kept)
            {
                _offer.KeepSession(_name, kept);
            }
        }

        Negotiated = _pool.Get(new NegotiatedKey(
            version,
            (TlsCipherSuite)parameters.CipherSuite,
            version < TlsVersion.Tls13 ? EphemeralGroup : parameters.NegotiatedGroup < 0 ? null : (TlsGroup)parameters.NegotiatedGroup,
            ServerSignatureScheme,
            parameters.IsApplicationProtocolSet ? parameters.ApplicationProtocol?.GetUtf8Decoding() : null)
        {
            IsResumed = parameters.IsResumedSession,
            OfferedResumption = OffersSession,
            WasRetried = WasRetried,
            CertificateRequested = _certificateRequested,
            SentCertificate = _sentCertificate,
            OcspStapled = _profile.Ocsp ? _ocspStapled : null,
            UsedPreSharedKey = _profile.PreSharedKey is not null && Verdict is null && !parameters.IsResumedSession,
            ServerConfirmed = _profile.Confirm != Confirm.None || (version < TlsVersion.Tls13 && !parameters.IsResumedSession),
        });
    }

    protected override ProtocolVersion[] GetSupportedVersions() => _offer.Versions;

    protected override int[] GetSupportedCipherSuites() => _offer.Suites;

    protected override IList<int> GetSupportedGroups(IList<int> namedGroupRoles) => _offer.Groups;

    protected override IList<SignatureAndHashAlgorithm> GetSupportedSignatureAlgorithms() => _offer.SignatureAlgorithms;

    protected override IList<ServerName>? GetSniServerNames() => _offer.ServerNamesFor(_name);

    protected override IList<ProtocolName>? GetProtocolNames() => _offer.Alpn;

    protected override CertificateStatusRequest? GetCertificateStatusRequest()
        => _profile.Ocsp ? new CertificateStatusRequest(CertificateStatusType.ocsp, new OcspStatusRequest(null, null)) : null;
}

/// <summary>
/// Accepts the groups of DHE servers in TLS 1.2 that are long enough, well known or custom, as other clients do. The prime is
/// not tested for primality: that would cost more than the handshake.
/// </summary>
internal sealed class AnyDhGroup : TlsDHGroupVerifier
{
    // The default minimum of OpenSSL 3 and GnuTLS.
    private const int LeastPrimeBits = 1024;

    // The largest group of RFC 7919. Each agreement is computed anew, in the threads of the sockets.
    private const int MostPrimeBits = 8192;

    public static AnyDhGroup Instance { get; } = new();

    public bool Accept(DHGroup dhGroup) => dhGroup.P.BitLength is >= LeastPrimeBits and <= MostPrimeBits;
}
