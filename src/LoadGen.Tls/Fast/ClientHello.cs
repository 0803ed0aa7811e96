using System.Text;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>
/// ClientHello (RFC 8446 section 4.1.2) of one offer and server name. All that is the same in every handshake is written once; the
/// random, the session id and the key shares are filled in for each.
/// </summary>
internal sealed class ClientHello
{
    public const int RandomBytes = 32;

    /// <summary>The legacy session id, which makes the handshake look like a resumption of TLS 1.2 to middleboxes (appendix D.4).</summary>
    public const int SessionIdBytes = 32;

    // Type and length of the message, then the version.
    private const int RandomAt = 4 + 2;
    private const int SessionIdAt = RandomAt + RandomBytes + 1;

    private readonly byte[] _start;
    private readonly int _extensionsLengthAt;

    public ClientHello(FastOffer offer, OfferedName name)
    {
        var hello = default(PooledBytes);
        hello.Append((byte)TlsMessage.client_hello);
        hello.AppendU24(0);
        hello.AppendU16(0x0303);
        hello.Add(RandomBytes).Clear();
        hello.Append(SessionIdBytes);
        hello.Add(SessionIdBytes).Clear();
        AppendList(ref hello, [.. offer.Suites.Select(parts => (int)parts.Suite)]);
        hello.Append([1, 0]);
        _extensionsLengthAt = hello.Count;
        hello.AppendU16(0);
        AppendExtensions(ref hello, offer, name);
        _start = hello.Span.ToArray();
        hello.Clear();
    }

    /// <summary>Writes the message.</summary>
    /// <param name="message">Where to; it is empty before.</param>
    /// <param name="unique">The random and the session id, one behind the other.</param>
    /// <param name="shares">The key shares; may be empty.</param>
    /// <param name="cookie">The cookie of a HelloRetryRequest (section 4.2.2); empty for none.</param>
    /// <param name="ticket">The ticket that is offered, in the last extension; <see langword="null"/> for none.</param>
    public void Write(
        ref PooledBytes message, ReadOnlySpan<byte> unique, List<(TlsGroup Group, KeyAgreement Agreement)> shares, ReadOnlySpan<byte> cookie, TicketOffer? ticket)
    {
        message.Append(_start);
        unique[..RandomBytes].CopyTo(message.Span[RandomAt..]);
        unique[RandomBytes..].CopyTo(message.Span[SessionIdAt..]);
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
        if (ticket is { } offered)
        {
            offered.Ticket.WriteExtensions(ref message, offered.Age, offered.WithEarlyData);
        }

        message.SetU16(_extensionsLengthAt, message.Count - _extensionsLengthAt - 2);
        message.SetU24(1, message.Count - 4);
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

        AppendListExtension(ref hello, TlsExtension.supported_groups, [.. offer.Groups.Select(group => (int)group)]);
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

        var versions = Begin(ref hello, TlsExtension.supported_versions);
        hello.Append([2, 3, 4]);
        End(ref hello, versions);

        // Section 4.2.9: without it servers give no tickets, which they do give to browsers.
        var modes = Begin(ref hello, TlsExtension.psk_key_exchange_modes);
        hello.Append((byte)offer.Profile.PskModes.Count);
        foreach (var mode in offer.Profile.PskModes)
        {
            hello.Append((byte)mode);
        }

        End(ref hello, modes);
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
