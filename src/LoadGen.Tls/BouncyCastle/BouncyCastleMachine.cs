using System.Buffers.Binary;
using LoadGen.Core.Handshakes;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>BouncyCastle's non-blocking client protocol as a handshake machine. One instance for one handshake.</summary>
internal sealed class BouncyCastleMachine(OfferingClient client) : TlsClientProtocol, IHandshakeMachine
{
    public Milestones Reached { get; private set; }

    public Negotiated? Negotiated => client.Negotiated;

    public CertificateSummary? Certificate => client.Verdict?.Summary;

    public (FailureKind Kind, FaultSide Side, string? Alert, string Detail)? Fault { get; private set; }

    public void Begin() => Guard(() => Connect(client));

    public void Offer(byte[] buffer, int count)
    {
        Guard(() => OfferInput(buffer, 0, count));
        if (Fault is null && client.Negotiated is { } negotiated)
        {
            Complete(negotiated);
        }
    }

    public int TakeOutput(byte[] buffer)
    {
        var count = Math.Min(GetAvailableOutputBytes(), buffer.Length);
        return count > 0 ? ReadOutput(buffer, 0, count) : 0;
    }

    public void WriteCloseNotify() => Guard(Close);

    protected override void HandleHandshakeMessage(short type, HandshakeMessageInput buf)
    {
        // Whatever comes of a message, it was received; a HelloRetryRequest is a ServerHello by type only.
        if (type is HandshakeType.server_hello_done)
        {
            Reached |= Milestones.ServerFlight;
        }
        else if (type is HandshakeType.server_key_exchange)
        {
            client.EphemeralGroup = ReadGroup(buf);
        }

        base.HandleHandshakeMessage(type, buf);
        switch (type)
        {
            case HandshakeType.server_hello when m_connectionState is not CS_SERVER_HELLO_RETRY_REQUEST and not CS_CLIENT_HELLO_RETRY:
                Reached |= Milestones.ServerHello;
                break;
            case HandshakeType.server_hello_done:
                Reached |= Milestones.ClientFinished;
                break;
            case HandshakeType.finished:
                Reached |= Reached.HasFlag(Milestones.ClientFinished) ? Milestones.ServerConfirmed : Milestones.ServerFlight | Milestones.ClientFinished;
                break;
        }
    }

    // TLS 1.2 names the group in ServerKeyExchange (RFC 8422 section 5.4), and BouncyCastle does not pass it on.
    private int ReadGroup(HandshakeMessageInput message)
    {
        const int CurveTypeAndName = 3;
        if (Context.SecurityParameters.KeyExchangeAlgorithm is not (KeyExchangeAlgorithm.ECDHE_ECDSA or KeyExchangeAlgorithm.ECDHE_RSA)
            || message.Length - message.Position < CurveTypeAndName)
        {
            return -1;
        }

        var start = message.Position;
        Span<byte> head = stackalloc byte[CurveTypeAndName];
        message.ReadExactly(head);
        message.Position = start;
        return head[0] == ECCurveType.named_curve ? BinaryPrimitives.ReadUInt16BigEndian(head[1..]) : -1;
    }

    private void Complete(Negotiated negotiated)
    {
        Reached |= Milestones.Complete;
        if (negotiated.Resumed)
        {
            Fault = (FailureKind.UnexpectedResumption, FaultSide.Server, null, "the server resumed a session where a full handshake was asked for");
        }
    }

    private void Guard(Action step)
    {
        try
        {
            step();
        }
        catch (TlsFatalAlertReceived alert)
        {
            var name = AlertNames.Of(alert.AlertDescription);
            Fault ??= (FailureKind.AlertReceived, FaultSide.Server, name, $"the server sent the alert {name}");
        }
        catch (TlsFatalAlert alert)
        {
            var name = AlertNames.Of(alert.AlertDescription);
            Fault ??= client.Verdict is { Fault: { } kind } verdict
                ? (kind, FaultSide.Server, name, verdict.Detail)
                : (FailureKind.AlertSent, FaultSide.Client, name, alert.InnerException?.Message ?? alert.Message);
        }
        catch (TlsNoCloseNotifyException)
        {
            Fault ??= (FailureKind.ClosedEarly, FaultSide.Server, null, "the server closed the connection before the handshake was over");
        }
        catch (IOException error)
        {
            Fault ??= (FailureKind.ProtocolError, FaultSide.Server, null, error.Message);
        }
    }
}
