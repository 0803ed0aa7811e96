using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast.Tls13;

/// <summary>ServerHello came (RFC 8446 section 4.3.1).</summary>
internal sealed class WaitEncryptedExtensions() : WaitForMessage(TlsMessage.encrypted_extensions)
{
    public static WaitEncryptedExtensions Instance { get; } = new();

    protected override HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message)
    {
        var refusal = ServerMessages.ReadEncryptedExtensions(
            BodyOf(message), handshake.Offer, handshake.HasServerName, handshake.Tls13.SentEarlyData, out var protocol, out var takesEarlyData)
            ?? handshake.Tls13.Agree(handshake, protocol, takesEarlyData);
        if (refusal is { } refused)
        {
            return handshake.Refuse(refused);
        }

        handshake.Details?.ServerGroups = DetailsReader.GroupsOf(BodyOf(message));
        handshake.Transcript.Add(message);

        // A pre-shared key authenticates the server instead of a certificate (section 4.4).
        return handshake.Tls13.IsResumed ? WaitFinished.Instance : WaitCertificateOrRequest.Instance;
    }
}

/// <summary>EncryptedExtensions came (RFC 8446 sections 4.3.2 and 4.4.2).</summary>
internal sealed class WaitCertificateOrRequest : HandshakeState
{
    public static WaitCertificateOrRequest Instance { get; } = new();

    public override string Awaited => "certificate or certificate_request";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        if (type != TlsMessage.certificate_request)
        {
            return WaitCertificate.Instance.Take(handshake, type, message);
        }

        if (ServerMessages.ReadCertificateRequest(BodyOf(message), out var schemes) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        handshake.Details?.ClientAuthorities = DetailsReader.AuthoritiesOf13(BodyOf(message));
        handshake.Authentication.Request(handshake.Offer.NextCertificate(), schemes);
        handshake.Transcript.Add(message);
        return WaitCertificate.Instance;
    }
}

/// <summary>EncryptedExtensions and maybe CertificateRequest came (RFC 8446 section 4.4.2).</summary>
internal sealed class WaitCertificate : HandshakeState
{
    public static WaitCertificate Instance { get; } = new();

    public override string Awaited => "certificate";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        var ended = type switch
        {
            TlsMessage.certificate => handshake.JudgeChain(BodyOf(message)),
            TlsMessage.compressed_certificate when handshake.Offer.Profile.CertificateCompression.Count > 0 => handshake.Tls13.JudgeCompressedChain(handshake, BodyOf(message)),
            _ => handshake.RefuseUnexpected(type),
        };
        if (ended is not null)
        {
            return ended;
        }

        handshake.Transcript.Add(message);
        return WaitCertificateVerify.Instance;
    }
}

/// <summary>The server's certificate came (RFC 8446 section 4.4.3).</summary>
internal sealed class WaitCertificateVerify() : WaitForMessage(TlsMessage.certificate_verify)
{
    public static WaitCertificateVerify Instance { get; } = new();

    protected override HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message)
    {
        if ((ServerMessages.ReadCertificateVerify(BodyOf(message), out var scheme, out var signature) ?? handshake.Tls13.VerifySignature(handshake, scheme, signature)) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        handshake.Transcript.Add(message);
        return WaitFinished.Instance;
    }
}

/// <summary>The server's signature was accepted, or a pre-shared key stands for it (RFC 8446 section 4.4.4).</summary>
internal sealed class WaitFinished() : WaitForMessage(TlsMessage.finished)
{
    public static WaitFinished Instance { get; } = new();

    protected override HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message)
    {
        if (!handshake.EndsRecord)
        {
            return handshake.RefuseAcrossKeys(TlsMessage.finished);
        }

        if (BodyOf(message).Length != handshake.Transcript.Kind.Bytes())
        {
            return handshake.Refuse(Refusal.Undecodable(TlsMessage.finished));
        }

        if (!handshake.Tls13.IsServerFinished(handshake, BodyOf(message)))
        {
            return handshake.Refuse(TlsAlert.decrypt_error, "its Finished does not match the handshake");
        }

        handshake.Transcript.Add(message);
        handshake.Tls13.Finish(handshake);
        return Connected.Instance;
    }
}

/// <summary>The handshake is complete (RFC 8446 section 4.6).</summary>
internal sealed class Connected : HandshakeState
{
    private const byte NotRequested = 0;
    private const byte Requested = 1;

    public static Connected Instance { get; } = new();

    public override string Awaited => "the end of the connection";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        switch (type)
        {
            case TlsMessage.new_session_ticket:
                return handshake.Tls13.TakeTicket(handshake, BodyOf(message)) is { } refusal ? handshake.Refuse(refusal) : this;
            case TlsMessage.key_update when !handshake.EndsRecord:
                return handshake.RefuseAcrossKeys(type);
            case TlsMessage.key_update when BodyOf(message) is [NotRequested or Requested]:
                handshake.Tls13.UpdateKeys(handshake, isAskedFor: message[^1] == Requested);
                return this;
            case TlsMessage.key_update:
                return handshake.Refuse(TlsAlert.illegal_parameter, "its KeyUpdate asks for what does not exist");
            default:
                return handshake.RefuseUnexpected(type);
        }
    }
}
