using LoadGen.Core.Plans;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Fast.Tls13;
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

/// <summary>A state in which one message is due, and no other.</summary>
/// <param name="expected">Its type.</param>
internal abstract class WaitForMessage(TlsMessage expected) : HandshakeState
{
    public override string Awaited => expected.Name();

    public sealed override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
        => type == expected ? TakeExpected(handshake, message) : handshake.RefuseUnexpected(type);

    /// <summary>Takes that message.</summary>
    /// <returns>The next state.</returns>
    protected abstract HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message);
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
        else if (handshake.Tls13.WasRetried)
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

        if (handshake.Tls13.SuiteOf(handshake, hello.Suite) is not { } suite)
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

        handshake.Tls13.Retry(handshake, message, suite, hello.HasKeyShare ? hello.Group : null, hello.Cookie);
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

            handshake.Tls13.UseHandshakeKeys(handshake, message, suite, null, [], isResumed);
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

            handshake.Tls13.UseHandshakeKeys(handshake, message, suite, hello.Group, shared, isResumed);
            shared.Clear();
        }

        return handshake.EndsRecord ? WaitEncryptedExtensions.Instance : handshake.RefuseAcrossKeys(TlsMessage.server_hello);
    }
}

/// <summary>The handshake failed, or has not begun: no message is due.</summary>
internal sealed class Ended : HandshakeState
{
    public static Ended Instance { get; } = new();

    public override string Awaited => "nothing";

    public override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message) => this;
}
