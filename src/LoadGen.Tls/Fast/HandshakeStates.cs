using LoadGen.Core.Plans;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>
/// A state of the client (RFC 8446 appendix A.1): it takes a message and says which state is next. What a handshake has gathered is in
/// the <see cref="Handshake"/>, so that there is one instance of each state.
/// </summary>
internal abstract class HandshakeState
{
    /// <summary>What is waited for.</summary>
    public abstract string Awaited { get; }

    /// <summary>Takes a message.</summary>
    /// <param name="handshake">The handshake.</param>
    /// <param name="type">The type of the message.</param>
    /// <param name="message">The whole message with its header, as the transcript has it.</param>
    /// <returns>The next state.</returns>
    public abstract HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message);

    /// <summary>The body of a message, behind its type and length.</summary>
    protected static ReadOnlySpan<byte> BodyOf(ReadOnlySpan<byte> message) => message[4..];
}

/// <summary>ClientHello was sent, the first or the one after a HelloRetryRequest (RFC 8446 sections 4.1.3 and 4.1.4).</summary>
internal sealed class WaitServerHello : HandshakeState
{
    // The longest shared secrets are those of P-521 and of hybrid groups.
    private const int MostSecretBytes = 128;

    public static WaitServerHello Instance { get; } = new();

    public override string Awaited => "server_hello";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        if (type == TlsMessage.hello_request && handshake.Offer.OffersTls12)
        {
            return HandshakeState12.PassHelloRequest(handshake, this, message);
        }

        if (type != TlsMessage.server_hello)
        {
            return handshake.RefuseUnexpected(type);
        }

        var isRetry = handshake.Offer.OffersTls13 && HelloRetry.Is(BodyOf(message));
        if (!isRetry)
        {
            // One that is then rejected was received, too.
            handshake.Reached |= Milestones.ServerHello;
        }
        else if (handshake.WasRetried)
        {
            return handshake.Refuse(TlsAlert.unexpected_message, "it asked for a retry twice");
        }

        if (!isRetry && handshake.Offer.OffersTls12 && (!handshake.Offer.OffersTls13 || ServerHello12.Is(BodyOf(message))))
        {
            return TakeServerHello12.Take(handshake, message);
        }

        var hello = default(ServerHelloMessage);
        if (hello.Read(BodyOf(message), isRetry, handshake.Ticket is not null) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        if (!handshake.IsOurs(hello.SessionId))
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, "it did not echo the session id");
        }

        if (handshake.SuiteOf(hello.Suite) is not { } suite)
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, $"it chose the suite {((System.Net.Security.TlsCipherSuite)hello.Suite).Name()}, which was not offered, or is not that of its retry");
        }

        return isRetry ? Retry(handshake, message, hello, suite) : Agree(handshake, message, hello, suite);
    }

    private HandshakeState Retry(Handshake handshake, ReadOnlySpan<byte> message, scoped ServerHelloMessage hello, SuiteParts suite)
    {
        if (!hello.HasKeyShare && hello.Cookie.IsEmpty)
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, "its HelloRetryRequest asks for no change");
        }

        if (hello.HasKeyShare && (!handshake.Offer.Groups.Contains(hello.Group) || handshake.ShareOf(hello.Group) is not null))
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, $"its HelloRetryRequest asks for {hello.Group.Name()}, which was not offered or has its share already");
        }

        if (!handshake.EndsRecord)
        {
            return handshake.Refuse(TlsAlert.unexpected_message, "a handshake message follows its HelloRetryRequest before the client answered that");
        }

        handshake.Retry(message, suite, hello.HasKeyShare ? hello.Group : null, hello.Cookie);
        return this;
    }

    private static HandshakeState Agree(Handshake handshake, ReadOnlySpan<byte> message, scoped ServerHelloMessage hello, SuiteParts suite)
    {
        var isResumed = hello.SelectedIdentity is not null;
        if (isResumed && (hello.SelectedIdentity != 0 || handshake.Ticket!.Suite.Hash != suite.Hash))
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, "it chose a pre-shared key that was not offered, or not for this suite");
        }

        if (isResumed && !handshake.Offer.Profile.PskModes.Contains(hello.HasKeyShare ? PskMode.PskDheKe : PskMode.PskKe))
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, $"it resumed {(hello.HasKeyShare ? "with" : "without")} a key share, which was not offered");
        }

        if (!hello.HasKeyShare)
        {
            if (!isResumed)
            {
                return handshake.Refuse(TlsAlert.missing_extension, "its ServerHello has no key share");
            }

            handshake.UseHandshakeKeys(message, suite, null, [], isResumed);
        }
        else if (handshake.ShareOf(hello.Group) is not { } agreement)
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, $"it chose the group {hello.Group.Name()}, for which no share was sent");
        }
        else
        {
            Span<byte> shared = stackalloc byte[MostSecretBytes];
            shared = shared[..agreement.SecretBytes];
            if (!agreement.TryAgree(hello.Share, shared))
            {
                return handshake.Refuse(TlsAlert.illegal_parameter, $"its share of {hello.Group.Name()} is not valid");
            }

            handshake.UseHandshakeKeys(message, suite, hello.Group, shared, isResumed);
            shared.Clear();
        }

        return handshake.EndsRecord ? WaitEncryptedExtensions.Instance : handshake.RefuseAcrossKeys(TlsMessage.server_hello);
    }
}

/// <summary>ServerHello came (RFC 8446 section 4.3.1).</summary>
internal sealed class WaitEncryptedExtensions : HandshakeState
{
    public static WaitEncryptedExtensions Instance { get; } = new();

    public override string Awaited => "encrypted_extensions";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        if (type != TlsMessage.encrypted_extensions)
        {
            return handshake.RefuseUnexpected(type);
        }

        var refusal = ServerMessages.ReadEncryptedExtensions(
            BodyOf(message), handshake.Offer, handshake.HasServerName, handshake.SentEarlyData, out var protocol, out var takesEarlyData)
            ?? handshake.Agree(protocol, takesEarlyData);
        if (refusal is { } refused)
        {
            return handshake.Refuse(refused);
        }

        handshake.Transcript.Add(message);

        // A pre-shared key authenticates the server instead of a certificate (section 4.4).
        return handshake.IsResumed ? WaitFinished.Instance : WaitCertificateOrRequest.Instance;
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

        handshake.RequestCertificate(schemes);
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
        if (type != TlsMessage.certificate)
        {
            return handshake.RefuseUnexpected(type);
        }

        if (handshake.JudgeChain(BodyOf(message)) is { } ended)
        {
            return ended;
        }

        handshake.Transcript.Add(message);
        return WaitCertificateVerify.Instance;
    }
}

/// <summary>The server's certificate came (RFC 8446 section 4.4.3).</summary>
internal sealed class WaitCertificateVerify : HandshakeState
{
    public static WaitCertificateVerify Instance { get; } = new();

    public override string Awaited => "certificate_verify";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        if (type != TlsMessage.certificate_verify)
        {
            return handshake.RefuseUnexpected(type);
        }

        if ((ServerMessages.ReadCertificateVerify(BodyOf(message), out var scheme, out var signature) ?? handshake.VerifySignature(scheme, signature)) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        handshake.Transcript.Add(message);
        return WaitFinished.Instance;
    }
}

/// <summary>The server's signature was accepted, or a pre-shared key stands for it (RFC 8446 section 4.4.4).</summary>
internal sealed class WaitFinished : HandshakeState
{
    public static WaitFinished Instance { get; } = new();

    public override string Awaited => "finished";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        if (type != TlsMessage.finished)
        {
            return handshake.RefuseUnexpected(type);
        }

        if (!handshake.EndsRecord)
        {
            return handshake.RefuseAcrossKeys(type);
        }

        if (BodyOf(message).Length != handshake.Transcript.Kind.Bytes())
        {
            return handshake.Refuse(Refusal.Undecodable(type));
        }

        if (!handshake.IsServerFinished(BodyOf(message)))
        {
            return handshake.Refuse(TlsAlert.decrypt_error, "its Finished does not match the handshake");
        }

        handshake.Transcript.Add(message);
        handshake.Finish();
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
                return handshake.TakeTicket(BodyOf(message)) is { } refusal ? handshake.Refuse(refusal) : this;
            case TlsMessage.key_update when !handshake.EndsRecord:
                return handshake.RefuseAcrossKeys(type);
            case TlsMessage.key_update when BodyOf(message) is [NotRequested or Requested]:
                handshake.UpdateKeys(isAskedFor: message[^1] == Requested);
                return this;
            case TlsMessage.key_update:
                return handshake.Refuse(TlsAlert.illegal_parameter, "its KeyUpdate asks for what does not exist");
            default:
                return handshake.RefuseUnexpected(type);
        }
    }
}

/// <summary>The handshake failed, or has not begun: no message is due.</summary>
internal sealed class Ended : HandshakeState
{
    public static Ended Instance { get; } = new();

    public override string Awaited => "nothing";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message) => this;
}
