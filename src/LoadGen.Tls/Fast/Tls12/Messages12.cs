using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast.Tls12;

/// <summary>ServerHello of TLS 1.2 (RFC 5246 section 7.4.1.3).</summary>
internal ref struct ServerHello12
{
    private const ushort Version = 0x0303;

    // Behind the version: the end of the random, which says that a server of TLS 1.3 was brought down to an older version (RFC 8446
    // section 4.1.3). The last byte tells to which.
    private const int MarkAt = ClientHello.RandomBytes - 8;

    /// <summary>The server's random.</summary>
    public ReadOnlySpan<byte> Random { get; private set; }

    /// <summary>The session id; empty if the session has none.</summary>
    public ReadOnlySpan<byte> SessionId { get; private set; }

    /// <summary>The suite that the server chose.</summary>
    public ushort Suite { get; private set; }

    /// <summary>Whether the master secret is the extended one (RFC 7627).</summary>
    public bool ExtendsMasterSecret { get; private set; }

    /// <summary>Whether AES-CBC has its MAC outside (RFC 7366).</summary>
    public bool EncryptsThenMacs { get; private set; }

    /// <summary>Whether a NewSessionTicket will come (RFC 5077 section 3.2).</summary>
    public bool AnnouncesTicket { get; private set; }

    /// <summary>Whether a CertificateStatus may come (RFC 6066 section 8).</summary>
    public bool AnnouncesStatus { get; private set; }

    /// <summary>The application protocol that the server selected; <see langword="null"/> for none.</summary>
    public string? Protocol { get; private set; }

    private static ReadOnlySpan<byte> DowngradeMark => "DOWNGRD"u8;

    /// <summary>Whether a body is one of TLS 1.2, rather than of another version: those of TLS 1.3 say so in supported_versions (RFC 8446 section 4.2.1).</summary>
    public static bool Is(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        if (reader.U16() != Version)
        {
            return false;
        }

        reader.Bytes(ClientHello.RandomBytes);
        reader.Vector8();
        reader.Bytes(sizeof(ushort) + 1);
        var extensions = new ExtensionReader(reader.Vector16());
        while (extensions.Read())
        {
            if (extensions.Type == TlsExtension.supported_versions)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What is wrong with the version of a body; <see langword="null"/> for TLS 1.2.</summary>
    public static Refusal? FaultOfVersion(ReadOnlySpan<byte> body)
    {
        var version = new WireReader(body).U16();
        return body.Length < sizeof(ushort) ? Refusal.Undecodable(TlsMessage.server_hello) : version == Version ? null : Refusal.Version(version);
    }

    /// <summary>Reads the body of the message.</summary>
    /// <param name="body">The body.</param>
    /// <param name="offer">What was offered.</param>
    /// <param name="hasServerName">Whether server_name was.</param>
    public Refusal? Read(ReadOnlySpan<byte> body, FastOffer offer, bool hasServerName)
    {
        var reader = new WireReader(body);
        reader.U16();
        Random = reader.Bytes(ClientHello.RandomBytes);
        SessionId = reader.Vector8();
        Suite = reader.U16();
        var compression = reader.U8();
        var extensions = reader.IsEmpty ? [] : reader.Vector16();
        if (!reader.IsComplete || SessionId.Length > ClientHello.SessionIdBytes)
        {
            return Refusal.Undecodable(TlsMessage.server_hello);
        }

        if (offer.OffersTls13 && Random[MarkAt..^1].SequenceEqual(DowngradeMark) && Random[^1] <= 1)
        {
            return new Refusal(TlsAlert.illegal_parameter, "its random has the mark of a downgrade from TLS 1.3 (RFC 8446 section 4.1.3)");
        }

        return compression != 0 ? new Refusal(TlsAlert.illegal_parameter, $"it chose compression method {compression}") : ReadExtensions(extensions, offer, hasServerName);
    }

    private Refusal? ReadExtensions(ReadOnlySpan<byte> extensions, FastOffer offer, bool hasServerName)
    {
        var renegotiates = false;
        var reader = new ExtensionReader(extensions);
        while (reader.Read())
        {
            var isEmpty = reader.Content.IsEmpty;
            switch (reader.Type)
            {
                case TlsExtension.renegotiation_info when renegotiates:
                    return Refusal.Repeated(TlsMessage.server_hello);
                case TlsExtension.renegotiation_info:
                    // RFC 5746 section 3.4: in a first handshake it holds nothing.
                    if (reader.Content is not [0])
                    {
                        return new Refusal(TlsAlert.handshake_failure, "its renegotiation_info is one of a renegotiation (RFC 5746)");
                    }

                    renegotiates = true;
                    break;
                case TlsExtension.extended_master_secret when offer.Profile.ExtendedMasterSecret && isEmpty:
                    ExtendsMasterSecret = true;
                    break;
                case TlsExtension.encrypt_then_mac when offer.OffersCbc && isEmpty:
                    EncryptsThenMacs = true;
                    break;
                case TlsExtension.session_ticket when offer.AsksForTickets && isEmpty:
                    AnnouncesTicket = true;
                    break;
                case TlsExtension.status_request when offer.Profile.Ocsp && isEmpty:
                    AnnouncesStatus = true;
                    break;
                case TlsExtension.server_name when hasServerName && isEmpty:
                    break;
                case TlsExtension.ec_point_formats when offer.OffersCurves:
                    // RFC 8422 section 5.2: whatever else it holds, uncompressed points are in it.
                    var formats = new WireReader(reader.Content);
                    if (!formats.Vector8().Contains((byte)0) || !formats.IsComplete)
                    {
                        return new Refusal(TlsAlert.illegal_parameter, "its ec_point_formats are without uncompressed points");
                    }

                    break;
                case TlsExtension.supported_groups when offer.OffersCurves:
                    // It has no place here, but there are servers that send it, and clients ignore it (RFC 8446 section 4.2.7).
                    break;
                case TlsExtension.application_layer_protocol_negotiation when offer.Protocols.Count > 0:
                    if (ServerMessages.ReadProtocol(reader.Content, offer, TlsMessage.server_hello, out var protocol) is { } refusal)
                    {
                        return refusal;
                    }

                    Protocol = protocol;
                    break;
                default:
                    return IsOffered(reader.Type, offer, hasServerName)
                        ? Refusal.Undecodable(TlsMessage.server_hello)
                        : Refusal.Extension(reader.Type, TlsMessage.server_hello, isOffered: false);
            }
        }

        return reader.IsBroken ? Refusal.Undecodable(TlsMessage.server_hello)
            : reader.HasRepetition ? Refusal.Repeated(TlsMessage.server_hello)
            : renegotiates ? null
            // RFC 5746 section 4.1 lets a client refuse, as OpenSSL and browsers do.
            : new Refusal(TlsAlert.handshake_failure, "the server did not send renegotiation_info: it has no secure renegotiation (RFC 5746)");
    }

    // Those that are answered with an empty extension, or not at all.
    private static bool IsOffered(TlsExtension type, FastOffer offer, bool hasServerName) => type switch
    {
        TlsExtension.extended_master_secret => offer.Profile.ExtendedMasterSecret,
        TlsExtension.encrypt_then_mac => offer.OffersCbc,
        TlsExtension.session_ticket => offer.AsksForTickets,
        TlsExtension.status_request => offer.Profile.Ocsp,
        TlsExtension.server_name => hasServerName,
        TlsExtension.signature_algorithms => true,
        _ => false,
    };
}

/// <summary>ServerKeyExchange of ECDHE (RFC 8422 section 5.4).</summary>
internal ref struct ServerKeyExchange12
{
    // ECCurveType.named_curve.
    private const byte NamedCurve = 3;

    /// <summary>What is signed, behind both randoms: the group and the server's share.</summary>
    public ReadOnlySpan<byte> Parameters { get; private set; }

    public TlsGroup Group { get; private set; }

    /// <summary>The server's share.</summary>
    public ReadOnlySpan<byte> Share { get; private set; }

    public TlsSignatureScheme Scheme { get; private set; }

    public ReadOnlySpan<byte> Signature { get; private set; }

    /// <summary>Reads the body of the message.</summary>
    public Refusal? Read(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        var type = reader.U8();
        Group = (TlsGroup)reader.U16();
        Share = reader.Vector8();
        Scheme = (TlsSignatureScheme)reader.U16();
        Signature = reader.Vector16();
        if (type != NamedCurve && !body.IsEmpty)
        {
            return new Refusal(TlsAlert.illegal_parameter, "the curve of its key is not one of those with a name");
        }

        if (!reader.IsComplete)
        {
            return Refusal.Undecodable(TlsMessage.server_key_exchange);
        }

        Parameters = body[..(1 + sizeof(ushort) + 1 + Share.Length)];
        return null;
    }
}

/// <summary>Reads the other messages of a server of TLS 1.2.</summary>
internal static class Messages12
{
    /// <summary>Certificate (RFC 5246 section 7.4.2).</summary>
    /// <param name="body">Its body, whose memory the chain refers to.</param>
    /// <param name="chain">Receives the certificates in DER, the server's own first.</param>
    public static Refusal? ReadCertificates(ReadOnlyMemory<byte> body, List<ReadOnlyMemory<byte>> chain)
    {
        chain.Clear();
        var message = new WireReader(body.Span);
        var entries = new WireReader(message.Vector24());
        if (!message.IsComplete)
        {
            return Refusal.Undecodable(TlsMessage.certificate);
        }

        // Behind the length of the list.
        var at = 3;
        while (!entries.IsEmpty)
        {
            var certificate = entries.Vector24();
            if (entries.IsBroken || certificate.IsEmpty)
            {
                return Refusal.Undecodable(TlsMessage.certificate);
            }

            if (chain.Count == ServerLimits.Certificates)
            {
                return new Refusal(TlsAlert.illegal_parameter, $"more than {ServerLimits.Certificates} certificates");
            }

            chain.Add(body.Slice(at + 3, certificate.Length));
            at += 3 + certificate.Length;
        }

        return chain.Count == 0 ? new Refusal(TlsAlert.decode_error, "the server sent no certificate") : null;
    }

    /// <summary>CertificateStatus (RFC 6066 section 8): an OCSP response.</summary>
    public static Refusal? CheckStatus(ReadOnlySpan<byte> body)
    {
        const byte Ocsp = 1;
        var message = new WireReader(body);
        var type = message.U8();
        return message.Vector24().IsEmpty || !message.IsComplete || type != Ocsp ? Refusal.Undecodable(TlsMessage.certificate_status) : null;
    }

    /// <summary>CertificateRequest (RFC 5246 section 7.4.4).</summary>
    /// <param name="body">Its body.</param>
    /// <param name="types">The types of keys that the server accepts, one byte each.</param>
    /// <param name="schemes">The signature schemes that the server accepts, two bytes each.</param>
    public static Refusal? ReadCertificateRequest(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> types, out ReadOnlySpan<byte> schemes)
    {
        var message = new WireReader(body);
        types = message.Vector8();
        schemes = message.Vector16();
        var authorities = new WireReader(message.Vector16());
        while (!authorities.IsEmpty)
        {
            authorities.Vector16();
        }

        return !message.IsComplete || authorities.IsBroken || types.IsEmpty || schemes.IsEmpty || schemes.Length % 2 != 0
            ? Refusal.Undecodable(TlsMessage.certificate_request)
            : null;
    }

    /// <summary>NewSessionTicket (RFC 5077 section 3.3).</summary>
    /// <param name="body">Its body.</param>
    /// <param name="lifetime">How long the ticket is of use, in seconds; 0 if the server does not say.</param>
    /// <param name="ticket">The ticket; empty if the server has none after all.</param>
    public static Refusal? ReadTicket(ReadOnlySpan<byte> body, out uint lifetime, out ReadOnlySpan<byte> ticket)
    {
        var message = new WireReader(body);
        lifetime = ((uint)message.U16() << 16) | message.U16();
        ticket = message.Vector16();
        return message.IsComplete ? null : Refusal.Undecodable(TlsMessage.new_session_ticket);
    }
}
