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
    private int _earlyBytes;
    private bool _hasCertificate;

    public Milestones Reached { get; private set; }

    public Negotiated? Negotiated => client.Negotiated;

    public CertificateSummary? Certificate => client.Verdict?.Summary;

    public MachineFault? Fault { get; private set; }

    public string Awaited => (_isConfirming, client.Confirm) switch
    {
        (true, Confirm.Http) => "it answered the HTTP request",
        (true, _) => "it answered close_notify (RFC 8446 section 6.1; HTTP servers that never do can be asked with confirm http)",
        _ => "the handshake finished",
    };

    public void Begin() => Guard(static machine => machine.Connect(machine.Client));

    public void Offer(byte[] buffer, int count)
    {
        Guard(machine => machine.OfferInput(buffer, 0, count));
        if (_isConfirming)
        {
            if (client.Confirm == Confirm.Http && GetAvailableInputBytes() > _earlyBytes)
            {
                Reached |= Milestones.ServerConfirmed | Milestones.Complete;
            }

            return;
        }

        if (Fault is not null || client.Negotiated is not { } negotiated)
        {
            return;
        }

        if (negotiated.Resumed && !client.OffersSession)
        {
            Fault = new(FailureKind.UnexpectedResumption, FaultSide.Server, null, "the server resumed a session where a full handshake was asked for");
        }
        else if (client.Confirm == Confirm.None)
        {
            Reached |= Milestones.Complete;
        }
        else
        {
            // A server of TLS 1.3 may send data before it has our Finished: that confirms nothing.
            _earlyBytes = GetAvailableInputBytes();
            _isConfirming = true;
            Guard(static machine => machine.AskForConfirmation());
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

        HandleInBase(type, buf);
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

    // What BouncyCastle makes of a chain is a verdict on it as well: it reads extensions, even of certificates that nobody checks,
    // and throws anything at those that are malformed. In TLS 1.2 it does so with the message after the certificate.
    private void HandleInBase(short type, HandshakeMessageInput message)
    {
        _hasCertificate |= type == HandshakeType.certificate;
        try
        {
            base.HandleHandshakeMessage(type, message);
        }
        catch (Exception error) when (_hasCertificate && client.Verdict is null)
        {
            throw new UnreadableChain(error);
        }
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
            Fault ??= new(FailureKind.AlertReceived, FaultSide.Server, name, $"the server sent the alert {name}");
        }
        catch (UnreadableChain unreadable)
        {
            Fault ??= new(FailureKind.CertificateInvalid, FaultSide.Server, AlertNames.Of(unreadable.AlertDescription), unreadable.Message);
        }
        catch (TlsFatalAlert alert)
        {
            var name = AlertNames.Of(alert.AlertDescription);
            Fault ??= client.Verdict is { Fault: { } kind } verdict
                ? new MachineFault(kind, FaultSide.Server, name, verdict.Detail)
                : new MachineFault(FailureKind.AlertSent, FaultSide.Client, name, alert.InnerException?.Message ?? alert.Message);
        }
        catch (TlsNoCloseNotifyException)
        {
            Fault ??= new(FailureKind.ClosedEarly, FaultSide.Server, null, $"the server closed the connection before {Awaited}");
        }
        catch (IOException error)
        {
            Fault ??= new(FailureKind.ProtocolError, FaultSide.Server, null, error.Message);
        }
    }

    private sealed class UnreadableChain(Exception cause)
        : TlsFatalAlert(Org.BouncyCastle.Tls.AlertDescription.bad_certificate, $"the certificate cannot be read: {cause.Message}", cause);
}
