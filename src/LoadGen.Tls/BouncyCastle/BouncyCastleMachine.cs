using System.Buffers.Binary;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>BouncyCastle's non-blocking client protocol as a handshake machine. One instance runs one handshake.</summary>
internal sealed class BouncyCastleMachine(OfferingClient client) : TlsClientProtocol, IHandshakeMachine
{
    private bool _isConfirming;
    private int _earlyBytes;
    private bool _hasCertificate;

    public Milestones Reached { get; private set; }

    public Negotiated? Negotiated => client.Negotiated;

    public CertificateSummary? Certificate => client.Verdict?.Summary;

    public MachineFault? Fault { get; private set; }

    public bool MayTakeLong => client.ExpectsNewChain;

    public string Awaited => (_isConfirming, client.Confirm) switch
    {
        (true, Confirm.Http) => "it answered the HTTP request",
        (true, _) => "it answered close_notify (RFC 8446 section 6.1; use confirm: http for HTTP servers that never answer it)",
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
            Fault = new(FailureKind.UnexpectedResumption, FaultSide.Server, null, "the server resumed a session although a full handshake was requested");
        }
        else if (client.Confirm == Confirm.None)
        {
            Reached |= Milestones.Complete;
        }
        else
        {
            // A TLS 1.3 server may send data before it has our Finished, which confirms nothing.
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
        // A message counts as received even if it is then rejected. A HelloRetryRequest is a ServerHello by type only.
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
                client.ServerSignatureScheme = (TlsSignatureScheme)BinaryPrimitives.ReadUInt16BigEndian(Rest(buf));
                break;
            case HandshakeType.new_session_ticket when Context.SecurityParameters.IsResumedSession:
                // A server that resumes may renew the ticket (RFC 5077 section 3.3), which BouncyCastle does not expect.
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
            // NewSessionTicket begins with its lifetime in seconds (RFC 8446 section 4.6.1).
            details.TicketLifetimes.Add(TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan((int)buf.Position))));
        }

        base.Receive13NewSessionTicket(buf);
    }

    // BouncyCastle answers and drops a close_notify; here it may be what the profile waits for.
    protected override void HandleAlertWarningMessage(short alertDescription)
    {
        if (_isConfirming && client.Confirm == Confirm.Close && alertDescription == AlertDescription.close_notify)
        {
            Reached |= Milestones.ServerConfirmed | Milestones.Complete;
            return;
        }

        base.HandleAlertWarningMessage(alertDescription);
    }

    // BouncyCastle parses extensions of the chain, even where certificates are not checked, and throws any exception for malformed
    // ones; in TLS 1.2 only at the message after the certificate. That is a verdict on the chain.
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
            // Not Close(), which would not accept an answer.
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
            var name = ((TlsAlert)alert.AlertDescription).Name();
            Fault ??= new(FailureKind.AlertReceived, FaultSide.Server, name, $"the server sent alert {name}{client.HintAt((TlsAlert)alert.AlertDescription)}");
        }
        catch (UnreadableChain unreadable)
        {
            Fault ??= new(FailureKind.CertificateInvalid, FaultSide.Server, ((TlsAlert)unreadable.AlertDescription).Name(), unreadable.Message);
        }
        catch (TlsFatalAlert alert)
        {
            var name = ((TlsAlert)alert.AlertDescription).Name();
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
        : TlsFatalAlert((short)TlsAlert.bad_certificate, $"malformed certificate: {cause.Message}", cause);
}
