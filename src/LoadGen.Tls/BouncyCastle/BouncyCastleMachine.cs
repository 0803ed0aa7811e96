using System.Buffers.Binary;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>BouncyCastle's non-blocking client protocol as a handshake machine. One instance runs one handshake.</summary>
internal sealed class BouncyCastleMachine(OfferingClient client, RecordWatch watch) : TlsClientProtocol, IHandshakeMachine
{
    private readonly Confirmation _confirmation = new();
    private byte[]? _read;
    private RecordFrames _frames;
    private bool _hasCertificate;

    // Whether records are in plain text, as they are until the server changes its keys.
    private bool _isPlain = true;
    private bool _isTls13;
    private int _warnings;
    private int _extraMessages;

    public Milestones Reached { get; private set; }

    public Negotiated? Negotiated => client.Negotiated;

    public CertificateSummary? Certificate => client.Verdict?.Summary;

    public MachineFault? Fault { get; private set; }

    public int HandshakeBytes { get; private set; }

    public int CertificateBytes { get; private set; }

    public int OutputBytes => GetAvailableOutputBytes();

    public bool MayTakeLong => client.ExpectsNewChain;

    public string Awaited => _confirmation.Awaited;

    public bool HasQuestion => _confirmation.HasQuestion;

    /// <summary>Those of TLS 1.2 come within the handshake, those of TLS 1.3 are not kept.</summary>
    public bool TakesTickets => false;

    public bool HasTickets => false;

    public void Begin()
    {
        watch.Begin();
        _confirmation.Begin(client.Profile);
        Guard(static machine => machine.Connect(machine.Client));
    }

    public void Offer(byte[] buffer, int count)
    {
        for (var taken = 0; taken < count && Fault is null && !_confirmation.IsClosed;)
        {
            if (_frames.IsAtEnd)
            {
                _confirmation.BeginRecord();
            }

            var (length, _) = _frames.Take(buffer.AsSpan(taken, count - taken));
            HandshakeBytes += client.Negotiated is null ? length : 0;
            try
            {
                OfferPart(buffer, taken, length);
            }
            catch (IOException error)
            {
                Blame(error);
            }

            TakeApplicationData();
            taken += length;
        }

        if (Fault is null && client.Negotiated is { } negotiated)
        {
            ConcludeHandshake(negotiated);
        }
    }

    public void Ask()
    {
        _confirmation.Ask();
        Guard(static machine => machine.AskForConfirmation());
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
        CheckLimits(type, buf);
        if (_isTls13 && type is HandshakeType.finished or HandshakeType.key_update)
        {
            RequireRecordEnd(type == HandshakeType.finished ? "Finished" : "KeyUpdate");
        }

        var hello = type == HandshakeType.server_hello ? Rest(buf) : [];
        // A ServerHello counts as received even if it is then rejected; the flight, when all of it was accepted.
        switch (type)
        {
            case HandshakeType.server_hello when !HelloRetry.Is(hello):
                Reached |= Milestones.ServerHello;
                break;
            case HandshakeType.server_key_exchange:
                (client.EphemeralGroup, client.ServerSignatureScheme) =
                    ServerKeyExchangeReader.Read(Rest(buf), Context.SecurityParameters.KeyExchangeAlgorithm);
                break;
            case HandshakeType.certificate:
                CertificateBytes = (int)buf.Length;
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
            case HandshakeType.server_hello when TlsUtilities.IsTlsV13(Context):
                (_isTls13, _isPlain) = (true, false);
                client.Secrets?.WriteOfHandshake(Context.SecurityParameters);
                RequireRecordEnd("ServerHello");
                ServerHelloReader.RequireOfferedExtensions(hello);
                break;
            case HandshakeType.server_hello_done:
                Reached |= Milestones.ServerFlight | Milestones.ClientFinished;
                break;
            case HandshakeType.finished when !Reached.HasFlag(Milestones.ClientFinished):
                Reached |= Milestones.ServerFlight | Milestones.ClientFinished;
                break;
            case HandshakeType.finished:
                Reached |= _confirmation.Kind == Confirm.None ? Milestones.ServerConfirmed : Milestones.ServerFinished;
                break;
        }
    }

    protected override void HandleChangeCipherSpecMessage() => _isPlain = false;

    protected override void Receive13NewSessionTicket(MemoryStream buf)
    {
        if (client.Details is { } details && buf.TryGetBuffer(out var message) && message.Count - buf.Position >= sizeof(uint))
        {
            // NewSessionTicket begins with its lifetime in seconds (RFC 8446 section 4.6.1).
            details.TicketLifetimes.Add(TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan((int)buf.Position))));
        }

        base.Receive13NewSessionTicket(buf);
    }

    // As OpenSSL's client takes alerts (rec_layer_s3.c). In TLS 1.3 only close_notify and user_canceled are no errors, whatever the
    // level says (RFC 8446 section 6). BouncyCastle would go by the level, and answer and drop a close_notify, which may be what the
    // profile waits for.
    protected override void HandleAlertMessage(short alertLevel, short alertDescription)
    {
        var isWarning = alertLevel == AlertLevel.warning;
        if (alertDescription == AlertDescription.close_notify)
        {
            TakeCloseNotify();
        }
        else if (_isTls13 ? alertDescription != AlertDescription.user_canceled
            : alertLevel == AlertLevel.fatal || (isWarning && alertDescription == AlertDescription.no_renegotiation))
        {
            base.HandleAlertMessage(AlertLevel.fatal, alertDescription);
        }
        else if (!isWarning && !_isTls13)
        {
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, $"an alert has the unknown level {alertLevel}");
        }
        else if (++_warnings > ServerLimits.Warnings)
        {
            throw new TlsFatalAlert(AlertDescription.unexpected_message, ServerLimits.TooManyWarnings);
        }
    }

    private void TakeCloseNotify()
    {
        _confirmation.TakeCloseNotify(client.Negotiated is not null);
        MarkConfirmation();
    }

    private void OfferPart(byte[] buffer, int offset, int count)
    {
        const byte MajorVersion = 3;
        if (_frames.HasHeader && _frames.MajorVersion != MajorVersion)
        {
            throw new TlsFatalAlert(AlertDescription.protocol_version, "the version of a record is none of TLS");
        }

        if (_frames.IsAtEnd && (_isPlain || _frames.Type == ContentType.change_cipher_spec))
        {
            watch.Take(_frames.Type, _frames.Length);
        }

        OfferInput(buffer, offset, count);
        if (watch.IdleRecords > ServerLimits.IdleRecords)
        {
            throw new TlsFatalAlert(AlertDescription.unexpected_message, ServerLimits.TooManyIdleRecords);
        }
    }

    private void CheckLimits(short type, HandshakeMessageInput message)
    {
        watch.Handle((int)message.Length);
        var bytes = message.Length - message.Position;
        if (bytes > ServerLimits.BytesOf((TlsMessage)type))
        {
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, ServerLimits.TooLong((TlsMessage)type, (int)bytes));
        }

        if (type is HandshakeType.hello_request or HandshakeType.new_session_ticket or HandshakeType.key_update && ++_extraMessages > ServerLimits.ExtraMessages)
        {
            throw new TlsFatalAlert(AlertDescription.unexpected_message, ServerLimits.TooManyExtraMessages);
        }
    }

    // RFC 8446 section 5.1. BouncyCastle reads on, so that messages behind ServerHello pass in plain text.
    private void RequireRecordEnd(string message)
    {
        if (watch.UnreadHandshakeBytes > 0)
        {
            throw new TlsFatalAlert(AlertDescription.unexpected_message, $"a handshake message follows {message} in its record, across a change of keys");
        }
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
        catch (TlsFatalAlert alert) when (alert is { AlertDescription: AlertDescription.internal_error, InnerException: null } && type == HandshakeType.certificate)
        {
            // Longer than allowed.
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, alert.Message);
        }
        catch (TlsFatalAlert alert) when (alert.AlertDescription is AlertDescription.certificate_unknown or AlertDescription.unsupported_certificate && type == HandshakeType.certificate_verify)
        {
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, "the scheme of the signature is not one for the key of the certificate");
        }
        catch (Exception error) when (_hasCertificate && client.Verdict is null && MachineFaults.IsOfChain(error))
        {
            throw new UnreadableChain(error);
        }
        catch (Exception error) when (MachineFaults.IsUndecodable(error))
        {
            throw new TlsFatalAlert(AlertDescription.decode_error, error.Message);
        }
    }

    private void ConcludeHandshake(Negotiated negotiated)
    {
        if (negotiated.Resumed && !client.OffersSession)
        {
            Fault = ServerFaults.Resumed(answer: null);
            return;
        }

        _confirmation.Conclude(negotiated);
        MarkConfirmation();
    }

    private void TakeApplicationData()
    {
        while (Fault is null && GetAvailableInputBytes() is > 0 and var available)
        {
            _read ??= new byte[2048];
            var count = ReadInput(_read, 0, Math.Min(available, _read.Length));
            _confirmation.TakeData(_read.AsSpan(0, count));
            MarkConfirmation();
        }
    }

    private void MarkConfirmation()
    {
        Fault ??= _confirmation.Fault;
        Reached |= _confirmation.Reached;
    }

    private void AskForConfirmation()
    {
        if (_confirmation.Kind == Confirm.Http)
        {
            WriteApplicationData(client.HttpRequest);
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
        catch (IOException error)
        {
            Blame(error);
        }
    }

    private void Blame(IOException error)
    {
        if (error is TlsFatalAlert alert && !IsClosed)
        {
            // BouncyCastle has not seen it.
            RaiseAlertFatal(alert.AlertDescription, alert.Message, alert);
        }

        Fault ??= MachineFaults.Of(error, client.Verdict, Awaited, client.HintAt);
    }
}
