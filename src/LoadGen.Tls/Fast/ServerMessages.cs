using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>Why a message is refused.</summary>
/// <param name="Alert">The alert that tells the server so.</param>
/// <param name="Why">What is wrong with it; completes "the server broke the protocol: ...".</param>
internal readonly record struct Refusal(TlsAlert Alert, string Why)
{
    public static Refusal Undecodable(TlsMessage message) => new(TlsAlert.decode_error, $"{message.Name()} cannot be decoded");

    /// <summary>For a version that was not offered.</summary>
    public static Refusal Version(ushort version) => new(
        TlsAlert.protocol_version, $"it chose {(version is > 0x0300 and <= 0x0303 ? $"TLS 1.{(version & 0xff) - 1}" : $"version 0x{version:x4}")}, which was not offered");

    public static Refusal Repeated(TlsMessage message) => new(TlsAlert.illegal_parameter, $"an extension comes twice in {message.Name()}");

    /// <summary>For an extension that was not offered, or has no place in this message (RFC 8446 section 4.2).</summary>
    public static Refusal Extension(TlsExtension type, TlsMessage message, bool isOffered) => isOffered
        ? new(TlsAlert.illegal_parameter, $"extension {(int)type} has no place in {message.Name()}")
        : new(TlsAlert.unsupported_extension, $"extension {(int)type} in {message.Name()} was not offered");
}

/// <summary>ServerHello (RFC 8446 section 4.1.3) or HelloRetryRequest (section 4.1.4), which has the same form.</summary>
internal ref struct ServerHelloMessage
{
    private const ushort LegacyVersion = 0x0303;
    private const ushort Tls13 = 0x0304;

    /// <summary>The session id, which must be ours.</summary>
    public ReadOnlySpan<byte> SessionId { get; private set; }

    /// <summary>The suite that the server chose.</summary>
    public ushort Suite { get; private set; }

    /// <summary>Whether there is a key_share extension (section 4.2.8).</summary>
    public bool HasKeyShare { get; private set; }

    /// <summary>The group of the key share, or the one that a HelloRetryRequest asks for.</summary>
    public TlsGroup Group { get; private set; }

    /// <summary>The server's share; empty in a HelloRetryRequest.</summary>
    public ReadOnlySpan<byte> Share { get; private set; }

    /// <summary>The cookie of a HelloRetryRequest; empty for none.</summary>
    public ReadOnlySpan<byte> Cookie { get; private set; }

    /// <summary>Which of the offered pre-shared keys the server chose (section 4.2.11); <see langword="null"/> for none.</summary>
    public ushort? SelectedIdentity { get; private set; }

    /// <summary>Reads the body of the message.</summary>
    /// <param name="body">The body.</param>
    /// <param name="isRetry">Whether it is a HelloRetryRequest.</param>
    /// <param name="offersKey">Whether a pre-shared key was offered.</param>
    public Refusal? Read(ReadOnlySpan<byte> body, bool isRetry, bool offersKey)
    {
        var reader = new WireReader(body);
        var version = reader.U16();
        reader.Bytes(ClientHello.RandomBytes);
        SessionId = reader.Vector8();
        Suite = reader.U16();
        var compression = reader.U8();

        // Before TLS 1.3 a ServerHello may end here.
        var extensions = reader.IsEmpty ? [] : reader.Vector16();
        if (!reader.IsComplete || SessionId.Length > ClientHello.SessionIdBytes)
        {
            return Refusal.Undecodable(TlsMessage.server_hello);
        }

        if (CheckVersion(version, extensions) is { } wrongVersion)
        {
            return wrongVersion;
        }

        return compression != 0 ? new Refusal(TlsAlert.illegal_parameter, $"it chose compression method {compression}") : ReadExtensions(extensions, isRetry, offersKey);
    }

    // Sections 4.1.3 and 4.2.1: without supported_versions it is a ServerHello of an older version.
    private static Refusal? CheckVersion(ushort version, ReadOnlySpan<byte> extensions)
    {
        var reader = new ExtensionReader(extensions);
        while (reader.Read())
        {
            if (reader.Type != TlsExtension.supported_versions)
            {
                continue;
            }

            return reader.Content is not [var high, var low] ? Refusal.Undecodable(TlsMessage.server_hello)
                : ((high << 8) | low) != Tls13 ? new Refusal(TlsAlert.illegal_parameter, $"it chose version 0x{(high << 8) | low:x4}, which was not offered")
                : version != LegacyVersion ? new Refusal(TlsAlert.illegal_parameter, $"its legacy_version is 0x{version:x4}, not 0x{LegacyVersion:x4}")
                : null;
        }

        return Refusal.Version(version);
    }

    private Refusal? ReadExtensions(ReadOnlySpan<byte> extensions, bool isRetry, bool offersKey)
    {
        var reader = new ExtensionReader(extensions);
        while (reader.Read())
        {
            var content = new WireReader(reader.Content);
            switch (reader.Type)
            {
                case TlsExtension.supported_versions:
                    continue;
                case TlsExtension.key_share:
                    HasKeyShare = true;
                    Group = (TlsGroup)content.U16();
                    Share = isRetry ? [] : content.Vector16();
                    break;
                case TlsExtension.cookie when isRetry:
                    Cookie = content.Vector16();
                    if (Cookie.IsEmpty)
                    {
                        return Refusal.Undecodable(TlsMessage.server_hello);
                    }

                    break;
                case TlsExtension.pre_shared_key when offersKey && !isRetry:
                    SelectedIdentity = content.U16();
                    break;
                default:
                    return Refusal.Extension(reader.Type, TlsMessage.server_hello, isOffered: false);
            }

            if (!content.IsComplete)
            {
                return Refusal.Undecodable(TlsMessage.server_hello);
            }
        }

        return reader.IsBroken ? Refusal.Undecodable(TlsMessage.server_hello) : reader.HasRepetition ? Refusal.Repeated(TlsMessage.server_hello) : null;
    }
}

/// <summary>Reads the messages of the encrypted flight, apart from certificates.</summary>
internal static class ServerMessages
{
    /// <summary>EncryptedExtensions (RFC 8446 section 4.3.1).</summary>
    /// <param name="body">Its body.</param>
    /// <param name="offer">What was offered.</param>
    /// <param name="hasServerName">Whether server_name was.</param>
    /// <param name="sentEarlyData">Whether early data was.</param>
    /// <param name="protocol">The application protocol that the server selected; <see langword="null"/> for none.</param>
    /// <param name="takesEarlyData">Whether the server takes the early data (section 4.2.10).</param>
    public static Refusal? ReadEncryptedExtensions(
        ReadOnlySpan<byte> body, FastOffer offer, bool hasServerName, bool sentEarlyData, out string? protocol, out bool takesEarlyData)
    {
        (protocol, takesEarlyData) = (null, false);
        var message = new WireReader(body);
        var reader = new ExtensionReader(message.Vector16());
        if (!message.IsComplete)
        {
            return Refusal.Undecodable(TlsMessage.encrypted_extensions);
        }

        while (reader.Read())
        {
            switch (reader.Type)
            {
                case TlsExtension.server_name when hasServerName:
                    // RFC 6066 section 3: the answer is empty.
                    if (!reader.Content.IsEmpty)
                    {
                        return Refusal.Undecodable(TlsMessage.encrypted_extensions);
                    }

                    break;
                case TlsExtension.supported_groups:
                    // Section 4.2.7: for later connections.
                    var groups = new WireReader(reader.Content);
                    if (groups.Vector16() is not { IsEmpty: false, Length: var bytes } || bytes % 2 != 0 || !groups.IsComplete)
                    {
                        return Refusal.Undecodable(TlsMessage.encrypted_extensions);
                    }

                    break;
                case TlsExtension.application_layer_protocol_negotiation when offer.Protocols.Count > 0:
                    if (ReadProtocol(reader.Content, offer, TlsMessage.encrypted_extensions, out protocol) is { } refusal)
                    {
                        return refusal;
                    }

                    break;
                case TlsExtension.early_data when sentEarlyData:
                    takesEarlyData = true;
                    if (!reader.Content.IsEmpty)
                    {
                        return Refusal.Undecodable(TlsMessage.encrypted_extensions);
                    }

                    break;
                default:
                    return Refusal.Extension(reader.Type, TlsMessage.encrypted_extensions, IsOffered(reader.Type, offer));
            }
        }

        return reader.IsBroken ? Refusal.Undecodable(TlsMessage.encrypted_extensions) : reader.HasRepetition ? Refusal.Repeated(TlsMessage.encrypted_extensions) : null;
    }

    /// <summary>CertificateRequest (section 4.3.2) within a handshake.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="schemes">The signature schemes that the server accepts, two bytes each.</param>
    public static Refusal? ReadCertificateRequest(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> schemes)
    {
        schemes = [];
        var message = new WireReader(body);
        var context = message.Vector8();
        var reader = new ExtensionReader(message.Vector16());
        if (!message.IsComplete)
        {
            return Refusal.Undecodable(TlsMessage.certificate_request);
        }

        if (!context.IsEmpty)
        {
            return new Refusal(TlsAlert.illegal_parameter, "certificate_request has a context within the handshake");
        }

        // Those that are not known are to be ignored.
        while (reader.Read())
        {
            if (reader.Type == TlsExtension.signature_algorithms)
            {
                var content = new WireReader(reader.Content);
                schemes = content.Vector16();
                if (!content.IsComplete || schemes.IsEmpty || schemes.Length % 2 != 0)
                {
                    return Refusal.Undecodable(TlsMessage.certificate_request);
                }
            }
        }

        return reader.IsBroken ? Refusal.Undecodable(TlsMessage.certificate_request)
            : reader.HasRepetition ? Refusal.Repeated(TlsMessage.certificate_request)
            : schemes.IsEmpty ? new Refusal(TlsAlert.missing_extension, "certificate_request names no signature schemes")
            : null;
    }

    /// <summary>Certificate (section 4.4.2).</summary>
    /// <param name="body">Its body, whose memory the chain refers to.</param>
    /// <param name="offersOcsp">Whether a stapled OCSP response was asked for.</param>
    /// <param name="chain">Receives the certificates in DER, the server's own first.</param>
    /// <param name="isStapled">Whether the server's own has an OCSP response.</param>
    public static Refusal? ReadCertificates(ReadOnlyMemory<byte> body, bool offersOcsp, List<ReadOnlyMemory<byte>> chain, out bool isStapled)
    {
        chain.Clear();
        isStapled = false;
        var message = new WireReader(body.Span);
        var context = message.Vector8();
        var entries = new WireReader(message.Vector24());
        if (!message.IsComplete)
        {
            return Refusal.Undecodable(TlsMessage.certificate);
        }

        if (!context.IsEmpty)
        {
            return new Refusal(TlsAlert.illegal_parameter, "certificate has a context although none was asked for");
        }

        // Behind the context and the length of the list.
        var at = 1 + 3;
        while (!entries.IsEmpty)
        {
            var certificate = entries.Vector24();
            var extensions = entries.Vector16();
            if (entries.IsBroken || certificate.IsEmpty)
            {
                return Refusal.Undecodable(TlsMessage.certificate);
            }

            if (chain.Count == ServerLimits.Certificates)
            {
                return new Refusal(TlsAlert.illegal_parameter, $"more than {ServerLimits.Certificates} certificates");
            }

            if (ReadEntryExtensions(extensions, offersOcsp, out var hasResponse) is { } refusal)
            {
                return refusal;
            }

            isStapled |= hasResponse && chain.Count == 0;
            chain.Add(body.Slice(at + 3, certificate.Length));
            at += 3 + certificate.Length + 2 + extensions.Length;
        }

        // Section 4.4.2.4.
        return chain.Count == 0 ? new Refusal(TlsAlert.decode_error, "the server sent no certificate") : null;
    }

    /// <summary>CertificateVerify (section 4.4.3).</summary>
    public static Refusal? ReadCertificateVerify(ReadOnlySpan<byte> body, out TlsSignatureScheme scheme, out ReadOnlySpan<byte> signature)
    {
        var message = new WireReader(body);
        scheme = (TlsSignatureScheme)message.U16();
        signature = message.Vector16();
        return message.IsComplete ? null : Refusal.Undecodable(TlsMessage.certificate_verify);
    }

    /// <summary>The application protocol that the server selected (RFC 7301 section 3.1).</summary>
    /// <param name="content">The content of the extension.</param>
    /// <param name="offer">What was offered.</param>
    /// <param name="message">The message that it is in.</param>
    /// <param name="protocol">The protocol.</param>
    public static Refusal? ReadProtocol(ReadOnlySpan<byte> content, FastOffer offer, TlsMessage message, out string? protocol)
    {
        protocol = null;
        var reader = new WireReader(content);
        var list = new WireReader(reader.Vector16());
        var selected = list.Vector8();
        if (!reader.IsComplete || !list.IsComplete || selected.IsEmpty)
        {
            return Refusal.Undecodable(message);
        }

        protocol = offer.ProtocolOf(selected);

        // RFC 7301 section 3.2: the server selects from the client's list.
        return protocol is not null ? null
            : new Refusal(TlsAlert.illegal_parameter, $"the server selected the application protocol {System.Text.Encoding.UTF8.GetString(selected)}, which was not offered");
    }

    private static Refusal? ReadEntryExtensions(ReadOnlySpan<byte> extensions, bool offersOcsp, out bool hasResponse)
    {
        hasResponse = false;
        var reader = new ExtensionReader(extensions);
        while (reader.Read())
        {
            if (reader.Type != TlsExtension.status_request || !offersOcsp)
            {
                return Refusal.Extension(reader.Type, TlsMessage.certificate, isOffered: false);
            }

            // CertificateStatus (section 4.4.2.1, RFC 6066 section 8): OCSP, then the response.
            var content = new WireReader(reader.Content);
            var type = content.U8();
            if (content.Vector24().IsEmpty || !content.IsComplete || type != 1)
            {
                return Refusal.Undecodable(TlsMessage.certificate);
            }

            hasResponse = true;
        }

        return reader.IsBroken ? Refusal.Undecodable(TlsMessage.certificate) : reader.HasRepetition ? Refusal.Repeated(TlsMessage.certificate) : null;
    }

    private static bool IsOffered(TlsExtension type, FastOffer offer) => type switch
    {
        TlsExtension.signature_algorithms or TlsExtension.supported_versions or TlsExtension.psk_key_exchange_modes or TlsExtension.key_share => true,
        TlsExtension.status_request => offer.Profile.Ocsp,
        _ => false,
    };
}
