using System.Net.Security;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast.Tls12;

/// <summary>A state of the client in TLS 1.2 (RFC 5246 section 7.3), where a ChangeCipherSpec has its place between the messages.</summary>
internal abstract class HandshakeState12 : HandshakeState
{
    /// <summary>A HelloRequest within a handshake is to be ignored, and is no part of the transcript (RFC 5246 section 7.4.1.1).</summary>
    public static HandshakeState PassHelloRequest(Handshake handshake, HandshakeState state, ReadOnlySpan<byte> message)
        => BodyOf(message).IsEmpty ? state : handshake.Refuse(Refusal.Undecodable(TlsMessage.hello_request));

    public sealed override HandshakeState Take(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
        => type == TlsMessage.hello_request ? TakeHelloRequest(handshake, message) : TakeMessage(handshake, type, message);

    /// <summary>Takes the server's ChangeCipherSpec.</summary>
    /// <returns>The next state.</returns>
    public virtual HandshakeState TakeChangeCipherSpec(Handshake handshake)
        => handshake.Refuse(TlsAlert.unexpected_message, $"a change_cipher_spec came before {Awaited}");

    /// <summary>Takes a message that is not HelloRequest.</summary>
    /// <returns>The next state.</returns>
    protected internal abstract HandshakeState TakeMessage(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message);

    protected virtual HandshakeState TakeHelloRequest(Handshake handshake, ReadOnlySpan<byte> message) => PassHelloRequest(handshake, this, message);
}

/// <summary>A state of TLS 1.2 in which one message is due, and no other.</summary>
/// <param name="expected">Its type.</param>
internal abstract class WaitForMessage12(TlsMessage expected) : HandshakeState12
{
    public override string Awaited => expected.Name();

    protected internal sealed override HandshakeState TakeMessage(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
        => type == expected ? TakeExpected(handshake, message) : handshake.RefuseUnexpected(type);

    /// <summary>Takes that message.</summary>
    /// <returns>The next state.</returns>
    protected abstract HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message);
}

/// <summary>What a ServerHello of TLS 1.2 leads to (RFC 5246 section 7.4.1.3): a full handshake, or an abbreviated one.</summary>
internal static class TakeServerHello12
{
    public static HandshakeState Take(Handshake handshake, ReadOnlySpan<byte> message)
    {
        var body = message[4..];
        if (handshake.Tls13.WasRetried)
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, "it chose TLS 1.2 after a HelloRetryRequest");
        }

        if (handshake.Tls13.SentEarlyData)
        {
            // RFC 8446 appendix D.3: what has been sent means nothing to it.
            return handshake.Refuse(TlsAlert.illegal_parameter, "it chose TLS 1.2 although early data was sent with a ticket of TLS 1.3");
        }

        if (ServerHello12.FaultOfVersion(body) is { } wrongVersion)
        {
            return handshake.Refuse(wrongVersion);
        }

        var hello = default(ServerHello12);
        if (hello.Read(body, handshake.Offer, handshake.HasServerName) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        if (handshake.Offer.Suite12Of(hello.Suite) is not { } suite)
        {
            return handshake.Refuse(TlsAlert.illegal_parameter, $"it chose the suite {((TlsCipherSuite)hello.Suite).Name()}, which was not offered for TLS 1.2");
        }

        var tls12 = handshake.Tls12;
        var isResumed = !hello.SessionId.IsEmpty && handshake.IsOurs(hello.SessionId);
        if (isResumed && handshake.Session12 is null)
        {
            return handshake.RefuseResumption();
        }

        tls12.UseHello(handshake, message, hello, suite);
        if (!isResumed)
        {
            return WaitCertificate12.Instance;
        }

        return tls12.Resume(handshake, handshake.Session12!) is { } refused ? handshake.Refuse(refused)
            : tls12.AnnouncesTicket ? WaitTicket12.Instance
            : WaitChangeCipherSpec12.Instance;
    }
}

/// <summary>ServerHello came (RFC 5246 section 7.4.2).</summary>
internal sealed class WaitCertificate12() : WaitForMessage12(TlsMessage.certificate)
{
    public static WaitCertificate12 Instance { get; } = new();

    protected override HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message)
    {
        var tls12 = handshake.Tls12;
        if (handshake.JudgeChain(BodyOf(message)) is { } ended)
        {
            return ended;
        }

        if (!tls12.Suite.IsEphemeral && !handshake.Server.Key!.CanEncrypt)
        {
            return handshake.RejectCertificate("its key is not one for RSA key exchange");
        }

        tls12.Hear(handshake, message);
        return tls12.AnnouncesStatus ? WaitCertificateStatus12.Instance : WaitCertificateStatus12.AfterStatus(handshake);
    }
}

/// <summary>The server's certificate came, and it announced an OCSP response, which it may leave out (RFC 6066 section 8).</summary>
internal sealed class WaitCertificateStatus12 : HandshakeState12
{
    public static WaitCertificateStatus12 Instance { get; } = new();

    public override string Awaited => "certificate_status or server_key_exchange";

    /// <summary>What is due behind the certificate and its status.</summary>
    public static HandshakeState12 AfterStatus(Handshake handshake)
        => handshake.Tls12.Suite.IsEphemeral ? WaitServerKeyExchange12.Instance : WaitRequestOrDone12.Instance;

    protected internal override HandshakeState TakeMessage(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        if (type != TlsMessage.certificate_status)
        {
            return AfterStatus(handshake).TakeMessage(handshake, type, message);
        }

        if (Messages12.CheckStatus(BodyOf(message)) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        handshake.Server.IsStapled = true;
        handshake.Tls12.Hear(handshake, message);
        return AfterStatus(handshake);
    }
}

/// <summary>The server's certificate came, and its suite has a key of its own for the exchange (RFC 8422 section 5.4).</summary>
internal sealed class WaitServerKeyExchange12() : WaitForMessage12(TlsMessage.server_key_exchange)
{
    public static WaitServerKeyExchange12 Instance { get; } = new();

    protected override HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message)
    {
        var exchange = default(ServerKeyExchange12);
        if ((exchange.Read(BodyOf(message)) ?? handshake.Tls12.AgreeOnKey(handshake, exchange)) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        handshake.Tls12.Hear(handshake, message);
        return WaitRequestOrDone12.Instance;
    }
}

/// <summary>The server's key came, or its certificate has it (RFC 5246 sections 7.4.4 and 7.4.5).</summary>
internal sealed class WaitRequestOrDone12 : HandshakeState12
{
    public static WaitRequestOrDone12 Instance { get; } = new();

    public override string Awaited => "certificate_request or server_hello_done";

    protected internal override HandshakeState TakeMessage(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message)
    {
        if (type != TlsMessage.certificate_request)
        {
            return WaitServerHelloDone12.Instance.TakeMessage(handshake, type, message);
        }

        if (Messages12.ReadCertificateRequest(BodyOf(message), out var types, out var schemes) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        handshake.Details?.ClientAuthorities = DetailsReader.AuthoritiesOf12(BodyOf(message));
        handshake.Authentication.Request12(handshake.Offer.NextCertificate(), types, schemes);
        handshake.Tls12.Hear(handshake, message);
        return WaitServerHelloDone12.Instance;
    }
}

/// <summary>All of the server's flight came but its end (RFC 5246 section 7.4.5).</summary>
internal sealed class WaitServerHelloDone12() : WaitForMessage12(TlsMessage.server_hello_done)
{
    public static WaitServerHelloDone12 Instance { get; } = new();

    protected override HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message)
    {
        if (!BodyOf(message).IsEmpty)
        {
            return handshake.Refuse(Refusal.Undecodable(TlsMessage.server_hello_done));
        }

        if (!handshake.EndsRecord)
        {
            return handshake.Refuse(TlsAlert.unexpected_message, "a handshake message follows its server_hello_done before the client answered that");
        }

        var tls12 = handshake.Tls12;
        tls12.Hear(handshake, message);
        tls12.Answer(handshake);
        return tls12.AnnouncesTicket ? WaitTicket12.Instance : WaitChangeCipherSpec12.Instance;
    }
}

/// <summary>A ticket was announced, so that one must come (RFC 5077 section 3.3).</summary>
internal sealed class WaitTicket12() : WaitForMessage12(TlsMessage.new_session_ticket)
{
    public static WaitTicket12 Instance { get; } = new();

    protected override HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message)
    {
        if (Messages12.ReadTicket(BodyOf(message), out var lifetime, out var ticket) is { } refusal)
        {
            return handshake.Refuse(refusal);
        }

        handshake.Tls12.TakeTicket(handshake, lifetime, ticket);
        handshake.Tls12.Hear(handshake, message);
        return WaitChangeCipherSpec12.Instance;
    }
}

/// <summary>The server's ChangeCipherSpec is due (RFC 5246 section 7.1).</summary>
internal sealed class WaitChangeCipherSpec12 : HandshakeState12
{
    public static WaitChangeCipherSpec12 Instance { get; } = new();

    public override string Awaited => "change_cipher_spec";

    public override HandshakeState TakeChangeCipherSpec(Handshake handshake)
    {
        handshake.Tls12.UseServerKeys();
        return WaitFinished12.Instance;
    }

    protected internal override HandshakeState TakeMessage(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message) => handshake.RefuseUnexpected(type);
}

/// <summary>The server changed its keys (RFC 5246 section 7.4.9).</summary>
internal sealed class WaitFinished12() : WaitForMessage12(TlsMessage.finished)
{
    public static WaitFinished12 Instance { get; } = new();

    protected override HandshakeState TakeExpected(Handshake handshake, ReadOnlySpan<byte> message)
    {
        if (BodyOf(message).Length != Secrets12.FinishedBytes)
        {
            return handshake.Refuse(Refusal.Undecodable(TlsMessage.finished));
        }

        var tls12 = handshake.Tls12;
        if (!tls12.IsServerFinished(handshake, BodyOf(message)))
        {
            return handshake.Refuse(TlsAlert.decrypt_error, "its Finished does not match the handshake");
        }

        tls12.Hear(handshake, message);
        tls12.Finish(handshake);
        return Connected12.Instance;
    }
}

/// <summary>The handshake is complete (RFC 5246 section 7.4.1.1).</summary>
internal sealed class Connected12 : HandshakeState12
{
    public static Connected12 Instance { get; } = new();

    public override string Awaited => "the end of the connection";

    protected internal override HandshakeState TakeMessage(Handshake handshake, TlsMessage type, ReadOnlySpan<byte> message) => handshake.RefuseUnexpected(type);

    // A client that does not want to renegotiate says so by a warning.
    protected override HandshakeState TakeHelloRequest(Handshake handshake, ReadOnlySpan<byte> message)
    {
        const byte Warning = 1;
        var next = base.TakeHelloRequest(handshake, message);
        if (next == this)
        {
            handshake.Write(TlsContent.alert, [Warning, (byte)TlsAlert.no_renegotiation]);
        }

        return next;
    }
}
