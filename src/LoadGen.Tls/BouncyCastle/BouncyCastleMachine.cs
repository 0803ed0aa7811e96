using System.Buffers.Binary;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>BouncyCastle's non-blocking client protocol as a handshake machine. One instance for one handshake.</summary>
internal sealed class BouncyCastleMachine(OfferingClient client) : TlsClientProtocol, IHandshakeMachine
{
    private bool _isConfirming;

    public Milestones Reached { get; private set; }

    public Negotiated? Negotiated => client.Negotiated;

    public CertificateSummary? Certificate => client.Verdict?.Summary;

    public (FailureKind Kind, FaultSide Side, string? Alert, string Detail)? Fault { get; private set; }

    public string Awaited => (_isConfirming, client.Confirm) switch
    {
        (true, Confirm.Http) => "it answered the HTTP request",
        (true, _) => "it answered close_notify (RFC 8446 section 6.1; HTTP servers that never do can be asked with confirm http)",
        _ => "the handshake was over",
    };

    public void Begin() => Guard(static machine => machine.Connect(machine.Client));

    public void Offer(byte[] buffer, int count)
    {
        Guard(machine => machine.OfferInput(buffer, 0, count));
        if (Fault is not null || client.Negotiated is not { } negotiated)
        {
            return;
        }

        if (negotiated.Resumed && !client.OffersSession)
        {
            Fault = (FailureKind.UnexpectedResumption, FaultSide.Server, null, "the server resumed a session where a full handshake was asked for");
        }
        else if (client.Confirm == Confirm.None)
        {
            Reached |= Milestones.Complete;
        }
        else if (!_isConfirming)
        {
            _isConfirming = true;
            Guard(static machine => machine.AskForConfirmation());
        }

        if (_isConfirming && GetAvailableInputBytes() > 0 && client.Confirm == Confirm.Http)
        {
            Reached |= Milestones.ServerConfirmed | Milestones.Complete;
        }
    }

    public int TakeOutput(byte[] buffer)
    {
        var count = Math.Min(GetAvailableOutputBytes(), buffer.Length);
        return count > 0 ? ReadOutput(buffer, 0, count) : 0;
    }

    public void WriteCloseNotify() => Guard(static machine => machine.Close());

    private OfferingClient Client => client;

    protected override void HandleHandshakeMessage(short type, HandshakeMessageInput buf)
    {
        // Whatever comes of a message, it was received; a HelloRetryRequest is a ServerHello by type only.
        switch (type)
        {
            case HandshakeType.server_hello_done:
                Reached |= Milestones.ServerFlight;
                break;
            case HandshakeType.server_key_exchange:
                (client.EphemeralGroup, client.ServerSignatureScheme) =
                    ServerKeyExchangeReader.Read(Rest(buf), Context.SecurityParameters.KeyExchangeAlgorithm);
                break;
            case HandshakeType.certificate_verify when buf.Length - buf.Position >= 2:
                client.ServerSignatureScheme = (Rest(buf)[0] << 8) | Rest(buf)[1];
                break;
            case HandshakeType.new_session_ticket when Context.SecurityParameters.IsResumedSession:
                // RFC 5077 section 3.3: a server that resumes may renew the ticket, which BouncyCastle does not expect.
                client.NotifyNewSessionTicket(NewSessionTicket.Parse(buf));
                return;
        }

        base.HandleHandshakeMessage(type, buf);
        switch (type)
        {
            case HandshakeType.server_hello when m_connectionState is CS_SERVER_HELLO_RETRY_REQUEST or CS_CLIENT_HELLO_RETRY:
                client.WasRetried = true;
                break;
            case HandshakeType.server_hello:
                Reached |= Milestones.ServerHello;
                break;
            case HandshakeType.server_hello_done:
                Reached |= Milestones.ClientFinished;
                break;
            case HandshakeType.finished when !Reached.HasFlag(Milestones.ClientFinished):
                Reached |= Milestones.ServerFlight | Milestones.ClientFinished;
                break;
            case HandshakeType.finished when client.Confirm == Confirm.None:
                Reached |= Milestones.ServerConfirmed;
                break;
        }
    }

    protected override void Receive13NewSessionTicket(MemoryStream buf)
    {
        if (client.Details is { } details && buf.TryGetBuffer(out var message) && message.Count - buf.Position >= sizeof(uint))
        {
            // RFC 8446 section 4.6.1: it begins with its lifetime in seconds.
            details.TicketLifetimes.Add(TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan((int)buf.Position))));
        }

        base.Receive13NewSessionTicket(buf);
    }

    // BouncyCastle answers and forgets a close_notify; here it may be what the profile waits for.
    protected override void HandleAlertWarningMessage(short alertDescription)
    {
        if (_isConfirming && client.Confirm == Confirm.Close && alertDescription == AlertDescription.close_notify)
        {
            Reached |= Milestones.ServerConfirmed | Milestones.Complete;
            return;
        }

        base.HandleAlertWarningMessage(alertDescription);
    }

    private void AskForConfirmation()
    {
        if (client.Confirm == Confirm.Http)
        {
            var request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {client.Host}\r\nUser-Agent: loadgen\r\nConnection: close\r\n\r\n");
            WriteApplicationData(request, 0, request.Length);
        }
        else
        {
            // Not Close(): that would take no answer.
            RaiseAlertWarning(AlertDescription.close_notify, "confirm");
        }
    }

    private static ReadOnlySpan<byte> Rest(HandshakeMessageInput message)
        => message.TryGetBuffer(out var bytes) ? bytes.AsSpan((int)message.Position) : [];

    private void Guard(Action<BouncyCastleMachine> step)
    {
        try
        {
            step(this);
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
            Fault ??= (FailureKind.ClosedEarly, FaultSide.Server, null, $"the server closed the connection before {Awaited}");
        }
        catch (IOException error)
        {
            Fault ??= (FailureKind.ProtocolError, FaultSide.Server, null, error.Message);
        }
    }
}
