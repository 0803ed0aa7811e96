using System.Text;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast.Tls13;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>
/// ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2) of one offer and server name. All that is the same in every handshake is written once; the
/// random, the session id and the key shares are filled in for each.
/// </summary>
internal sealed class ClientHello
{
    public const int RandomBytes = 32;

    /// <summary>
    /// The most that a session id has. The legacy one of TLS 1.3 has as much, which makes the handshake look like a resumption of TLS 1.2 to
    /// middleboxes (appendix D.4).
    /// </summary>
    public const int SessionIdBytes = 32;

    private readonly byte[] _rest;
    private readonly int _extensionsAt;
    private readonly bool _offersTls13;
    private readonly bool _asksForTickets;

    public ClientHello(FastOffer offer, OfferedName name)
    {
        var hello = default(PooledBytes);
        AppendList(ref hello, offer.SuiteNumbers);
        hello.Append([1, 0]);
        _extensionsAt = hello.Count;
        hello.AppendU16(0);
        AppendExtensions(ref hello, offer, name);
        _rest = hello.Span.ToArray();
        hello.Clear();
        (_offersTls13, _asksForTickets) = (offer.OffersTls13, offer.AsksForTickets);
    }

    /// <summary>Writes the message.</summary>
    /// <param name="message">Where to; it is empty before.</param>
    /// <param name="random">The random.</param>
    /// <param name="sessionId">The session id; may be empty.</param>
    /// <param name="shares">The key shares; may be empty.</param>
    /// <param name="sessionTicket">The ticket of a session of TLS 1.2 (RFC 5077 section 3.2); empty to ask for one.</param>
    /// <param name="cookie">The cookie of a HelloRetryRequest (section 4.2.2); empty for none.</param>
    /// <param name="ticket">The ticket that is offered, in the last extension; <see langword="null"/> for none.</param>
    public void Write(
        ref PooledBytes message,
        ReadOnlySpan<byte> random,
        ReadOnlySpan<byte> sessionId,
        ReadOnlySpan<byte> sessionTicket,
        List<(TlsGroup Group, KeyAgreement Agreement)> shares,
        ReadOnlySpan<byte> cookie,
        TicketOffer? ticket)
    {
        message.Append((byte)TlsMessage.client_hello);
        message.AppendU24(0);
        message.AppendU16(0x0303);
        message.Append(random);
        message.Append((byte)sessionId.Length);
        message.Append(sessionId);
        var extensions = message.Count + _extensionsAt;
        message.Append(_rest);
        if (_asksForTickets)
        {
            var at = Begin(ref message, TlsExtension.session_ticket);
            message.Append(sessionTicket);
            End(ref message, at);
        }

        if (_offersTls13)
        {
            AppendShares(ref message, shares, cookie);
            ticket?.Ticket.WriteExtensions(ref message, ticket.Value.Age, ticket.Value.WithEarlyData);
        }

        message.SetU16(extensions, message.Count - extensions - 2);
        message.SetU24(1, message.Count - 4);
    }

    private static void AppendShares(ref PooledBytes message, List<(TlsGroup Group, KeyAgreement Agreement)> shares, ReadOnlySpan<byte> cookie)
    {
        if (!cookie.IsEmpty)
        {
            message.AppendU16((int)TlsExtension.cookie);
            message.AppendU16(cookie.Length + 2);
            message.AppendU16(cookie.Length);
            message.Append(cookie);
        }

        message.AppendU16((int)TlsExtension.key_share);
        var lengthAt = message.Count;
        message.AppendU16(0);
        message.AppendU16(0);
        foreach (var (group, agreement) in shares)
        {
            message.AppendU16((int)group);
            message.AppendU16(agreement.Share.Length);
            message.Append(agreement.Share);
        }

        message.SetU16(lengthAt, message.Count - lengthAt - 2);
        message.SetU16(lengthAt + 2, message.Count - lengthAt - 4);
    }

    private static void AppendExtensions(ref PooledBytes hello, FastOffer offer, OfferedName name)
    {
        if (name.Indication is { } host)
        {
            // One name of the type host_name (RFC 6066 section 3).
            var ascii = Encoding.ASCII.GetBytes(host);
            var at = Begin(ref hello, TlsExtension.server_name);
            hello.AppendU16(ascii.Length + 3);
            hello.Append(0);
            hello.AppendU16(ascii.Length);
            hello.Append(ascii);
            End(ref hello, at);
        }

        if (offer.Profile.Ocsp)
        {
            // OCSP, from any responder, with no extensions (RFC 6066 section 8).
            var at = Begin(ref hello, TlsExtension.status_request);
            hello.Append([1, 0, 0, 0, 0]);
            End(ref hello, at);
        }

        if (offer.OffersTls13 || offer.OffersCurves)
        {
            AppendListExtension(ref hello, TlsExtension.supported_groups, [.. offer.Groups.Select(group => (int)group)]);
        }

        AppendListExtension(ref hello, TlsExtension.signature_algorithms, [.. offer.SignatureSchemes.Select(scheme => (int)scheme)]);
        if (offer.Protocols.Count > 0)
        {
            var at = Begin(ref hello, TlsExtension.application_layer_protocol_negotiation);
            hello.AppendU16(offer.Protocols.Sum(protocol => 1 + protocol.Bytes.Length));
            foreach (var (_, bytes) in offer.Protocols)
            {
                hello.Append((byte)bytes.Length);
                hello.Append(bytes);
            }

            End(ref hello, at);
        }

        if (offer.OffersTls12)
        {
            AppendExtensions12(ref hello, offer);
        }

        if (!offer.OffersTls13)
        {
            return;
        }

        var versions = Begin(ref hello, TlsExtension.supported_versions);
        hello.Append(offer.OffersTls12 ? [4, 3, 4, 3, 3] : [2, 3, 4]);
        End(ref hello, versions);

        if (offer.Profile.CertificateCompression is { Count: > 0 } algorithms)
        {
            // RFC 8879 section 3.
            var compression = Begin(ref hello, TlsExtension.compress_certificate);
            hello.Append((byte)(sizeof(ushort) * algorithms.Count));
            foreach (var algorithm in algorithms)
            {
                hello.AppendU16((int)algorithm);
            }

            End(ref hello, compression);
        }

        // Section 4.2.9: without it servers give no tickets, which they do give to browsers.
        var modes = Begin(ref hello, TlsExtension.psk_key_exchange_modes);
        hello.Append((byte)offer.Profile.PskModes.Count);
        foreach (var mode in offer.Profile.PskModes)
        {
            hello.Append((byte)mode);
        }

        End(ref hello, modes);
    }

    private static void AppendExtensions12(ref PooledBytes hello, FastOffer offer)
    {
        // RFC 5746 section 3.4: the first handshake of a connection.
        var renegotiation = Begin(ref hello, TlsExtension.renegotiation_info);
        hello.Append(0);
        End(ref hello, renegotiation);
        if (offer.OffersCurves)
        {
            // Uncompressed points (RFC 8422 section 5.1.2).
            var formats = Begin(ref hello, TlsExtension.ec_point_formats);
            hello.Append([1, 0]);
            End(ref hello, formats);
        }

        if (offer.Profile.ExtendedMasterSecret)
        {
            End(ref hello, Begin(ref hello, TlsExtension.extended_master_secret));
        }

        if (offer.OffersCbc)
        {
            // RFC 7366, as OpenSSL offers it with AES-CBC.
            End(ref hello, Begin(ref hello, TlsExtension.encrypt_then_mac));
        }
    }

    private static void AppendListExtension(ref PooledBytes hello, TlsExtension type, int[] values)
    {
        var at = Begin(ref hello, type);
        AppendList(ref hello, values);
        End(ref hello, at);
    }

    private static void AppendList(ref PooledBytes hello, int[] values)
    {
        hello.AppendU16(2 * values.Length);
        foreach (var value in values)
        {
            hello.AppendU16(value);
        }
    }

    private static int Begin(ref PooledBytes hello, TlsExtension type)
    {
        hello.AppendU16((int)type);
        hello.AppendU16(0);
        return hello.Count;
    }

    private static void End(ref PooledBytes hello, int at) => hello.SetU16(at - 2, hello.Count - at);
}
