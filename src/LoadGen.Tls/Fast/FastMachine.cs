using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>
/// Our own client of TLS 1.3 (RFC 8446) and 1.2 (RFC 5246) as a handshake machine: it finds records, opens them, and hands what is in them to whom it concerns.
/// One instance for one connection slot, which runs one handshake after another.
/// </summary>
internal sealed class FastMachine(Handshake handshake) : IHandshakeMachine
{
    private const int MessageHeader = 4;
    private const byte WarningLevel = 1;
    private const byte FatalLevel = 2;

    private readonly Confirmation _confirmation = new();
    private RecordFrames _frames;
    private PooledBytes _record;
    private PooledBytes _message;
    private int _idleRecords;
    private int _warnings;
    private int _extraMessages;

    public Milestones Reached => handshake.Reached;

    public Negotiated? Negotiated => handshake.Negotiated;

    public CertificateSummary? Certificate => handshake.Server.Verdict?.Summary;

    public MachineFault? Fault => handshake.Fault;

    public int HandshakeBytes { get; private set; }

    public int CertificateBytes { get; private set; }

    public int OutputBytes => handshake.Writer.Count;

    public bool MayTakeLong => handshake.Server.ExpectsNewChain;

    public string Awaited => _confirmation.Awaited;

    public bool TakesTickets => handshake.TakesTickets && Fault is null && !_confirmation.IsClosed;

    public bool HasTickets => handshake.HasTickets;

    public bool HasQuestion => _confirmation.HasQuestion;

    /// <summary>Whether the server sent close_notify.</summary>
    public bool IsClosed => _confirmation.IsClosed;

    /// <summary>Who takes the application data that the server sends after the handshake; usually nobody.</summary>
    public DataTaker? OnData { get; init; }

    /// <summary>Prepares the next handshake.</summary>
    /// <param name="offer">What to offer.</param>
    /// <param name="verifiers">One for each of the target's server names.</param>
    /// <param name="isOfLoad">Whether it counts for the share of handshakes that offer to resume.</param>
    public void Prepare(FastOffer offer, CertificateVerifier[] verifiers, bool isOfLoad = true)
    {
        handshake.Prepare(offer, verifiers, isOfLoad);
        _confirmation.Begin(offer.Profile);
        _frames = default;
        (_idleRecords, _warnings, _extraMessages) = (0, 0, 0);
        (HandshakeBytes, CertificateBytes) = (0, 0);
    }

    /// <summary>The handshake is over: gives its memory back.</summary>
    public void End()
    {
        _record.Clear();
        _message.Clear();
        handshake.End();
    }

    public void Begin() => handshake.Begin();

    public void Offer(byte[] buffer, int count)
    {
        var bytes = buffer.AsSpan(0, count);
        while (!bytes.IsEmpty && Fault is null && !_confirmation.IsClosed)
        {
            if (_frames.IsAtEnd)
            {
                BeginRecord();
            }

            var (taken, _) = _frames.Take(bytes);
            HandshakeBytes += Negotiated is null ? taken : 0;
            var part = bytes[..taken];
            bytes = bytes[taken..];
            if (_frames.HasHeader && FaultOfHeader() is { } refusal)
            {
                handshake.Refuse(refusal);
            }
            else if (!_frames.IsAtEnd)
            {
                _record.Append(part);
            }
            else if (_record.Count == 0)
            {
                TakeRecord(part);
            }
            else
            {
                _record.Append(part);
                TakeRecord(_record.Span);
                _record.Clear();
            }
        }

        if (Fault is null && Negotiated is { } negotiated)
        {
            _confirmation.Conclude(negotiated);
            MarkConfirmation();
        }
    }

    public void Ask()
    {
        _confirmation.Ask();
        if (_confirmation.Kind == Confirm.Http)
        {
            handshake.Write(TlsContent.application_data, handshake.HttpRequest);
        }
        else
        {
            WriteCloseNotify();
        }
    }

    public int TakeOutput(byte[] buffer)
    {
        var count = handshake.Writer.Take(buffer);
        MarkConfirmation();
        return count;
    }

    public void WriteCloseNotify() => handshake.Write(TlsContent.alert, [WarningLevel, (byte)TlsAlert.close_notify]);

    // A request that was early data, and was taken, asks already.
    private void BeginRecord()
    {
        if (handshake.Tls13.TakesEarlyData && _confirmation is { Kind: Confirm.Http, IsAsked: false })
        {
            _confirmation.Ask();
        }

        _confirmation.BeginRecord();
    }

    // RFC 8446 section 5.1 and 5.2: known as soon as the header is.
    private Refusal? FaultOfHeader()
    {
        const byte MajorVersion = 3;
        if (_frames.MajorVersion != MajorVersion)
        {
            return new Refusal(TlsAlert.protocol_version, "the version of a record is none of TLS");
        }

        var type = (TlsContent)_frames.Type;
        if (!Enum.IsDefined(type))
        {
            return new Refusal(TlsAlert.unexpected_message, $"a record has the unknown type {_frames.Type}");
        }

        // The keys of application data are as good as in use.
        var most = RecordSizes.Content
            + (handshake.Tls12.Reading.IsOn ? RecordProtection12.Expansion : type == TlsContent.application_data && handshake.Reading.IsOn ? RecordSizes.Expansion : 0);
        return _frames.Length > most ? new Refusal(TlsAlert.record_overflow, $"a record has {_frames.Length:N0} bytes (limit {most:N0})") : null;
    }

    private void TakeRecord(Span<byte> record)
    {
        var type = (TlsContent)record[0];
        var content = record[RecordSizes.Header..];
        if (type == TlsContent.change_cipher_spec)
        {
            TakeChangeCipherSpec(content);
        }
        else if (handshake.Tls12.Reading.IsOn)
        {
            TakeProtected12(type, record);
        }
        else if (!handshake.Reading.IsOn)
        {
            TakeContent(type, content);
        }
        else if (type != TlsContent.application_data)
        {
            handshake.Refuse(TlsAlert.unexpected_message, $"a record of the type {type} is not encrypted");
        }
        else
        {
            TakeProtected(record);
        }
    }

    // Section 5.2.
    private void TakeProtected(Span<byte> record)
    {
        handshake.Tls13.UseApplicationKeys(handshake);
        if (!handshake.Reading.TryOpen(record, out var inner))
        {
            handshake.Refuse(TlsAlert.bad_record_mac, "a record cannot be decrypted");
            return;
        }

        if (inner.Length > RecordSizes.Content + 1)
        {
            handshake.Refuse(TlsAlert.record_overflow, $"a record holds {inner.Length - 1:N0} bytes (limit {RecordSizes.Content:N0})");
            return;
        }

        // Section 5.4: the type is the last byte that is not zero.
        var end = inner.LastIndexOfAnyExcept((byte)0);
        if (end < 0)
        {
            handshake.Refuse(TlsAlert.unexpected_message, "a record has no type");
            return;
        }

        TakeContent((TlsContent)inner[end], inner[..end]);
    }

    // RFC 5246 section 6.2.3: the type is in the header.
    private void TakeProtected12(TlsContent type, Span<byte> record)
    {
        if (!handshake.Tls12.Reading.TryOpen(record, out var content))
        {
            handshake.Refuse(TlsAlert.bad_record_mac, "a record cannot be decrypted");
        }
        else if (content.Length > RecordSizes.Content)
        {
            handshake.Refuse(TlsAlert.record_overflow, $"a record holds {content.Length:N0} bytes (limit {RecordSizes.Content:N0})");
        }
        else
        {
            TakeContent(type, content);
        }
    }

    private void TakeContent(TlsContent type, ReadOnlySpan<byte> content)
    {
        if (CountIdle(content.IsEmpty))
        {
            return;
        }

        switch (type)
        {
            case TlsContent.handshake:
                TakeMessages(content);
                break;
            case TlsContent.alert:
                TakeAlert(content);
                break;
            case TlsContent.application_data when Negotiated is not null && _message.Count == 0:
                _confirmation.TakeData(content);
                MarkConfirmation();
                OnData?.Invoke(content);
                break;
            default:
                handshake.Refuse(TlsAlert.unexpected_message, $"a record of the type {(Enum.IsDefined(type) ? type : (byte)type)} came before {handshake.State.Awaited}");
                break;
        }
    }

    // One byte: in TLS 1.3 to be dropped (section 5 and appendix D.4), in TLS 1.2 between two messages (RFC 5246 section 7.1).
    private void TakeChangeCipherSpec(ReadOnlySpan<byte> content)
    {
        if (handshake.Tls12.IsChosen && content is [1] && _message.Count == 0)
        {
            handshake.TakeChangeCipherSpec();
            return;
        }

        if (!handshake.AllowsChangeCipherSpec || content is not [1])
        {
            handshake.Refuse(TlsAlert.unexpected_message, "a change_cipher_spec is not due, or is not one");
            return;
        }

        CountIdle(isIdle: true);
    }

    private bool CountIdle(bool isIdle)
    {
        _idleRecords = isIdle ? _idleRecords + 1 : 0;
        if (_idleRecords <= ServerLimits.IdleRecords)
        {
            return false;
        }

        handshake.Refuse(TlsAlert.unexpected_message, ServerLimits.TooManyIdleRecords);
        return true;
    }

    // Section 5.1: messages may share records, and may be cut into several.
    private void TakeMessages(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty && Fault is null)
        {
            if (_message.Count == 0 && LengthOf(content) is { } whole && whole <= content.Length)
            {
                TakeMessage(content[..whole], endsRecord: whole == content.Length);
                content = content[whole..];
                continue;
            }

            // First the header, which says how much is missing.
            var missing = (LengthOf(_message.Span) ?? MessageHeader) - _message.Count;
            var part = content[..Math.Min(missing, content.Length)];
            _message.Append(part);
            content = content[part.Length..];
            if (LengthOf(_message.Span) is not { } length || !IsAllowed(_message.Span))
            {
                continue;
            }

            if (length == _message.Count)
            {
                TakeMessage(_message.Span, endsRecord: content.IsEmpty);
                _message.Clear();
            }
        }
    }

    private static int? LengthOf(ReadOnlySpan<byte> message)
        => message.Length < MessageHeader ? null : MessageHeader + ((message[1] << 16) | (message[2] << 8) | message[3]);

    private bool IsAllowed(ReadOnlySpan<byte> message)
    {
        var (type, bytes) = ((TlsMessage)message[0], LengthOf(message)!.Value - MessageHeader);
        if (bytes <= ServerLimits.BytesOf(type))
        {
            return true;
        }

        handshake.Refuse(TlsAlert.illegal_parameter, ServerLimits.TooLong(type, bytes));
        return false;
    }

    private void TakeMessage(ReadOnlySpan<byte> message, bool endsRecord)
    {
        if (!IsAllowed(message))
        {
            return;
        }

        if ((TlsMessage)message[0] is TlsMessage.hello_request or TlsMessage.new_session_ticket or TlsMessage.key_update && ++_extraMessages > ServerLimits.ExtraMessages)
        {
            handshake.Refuse(TlsAlert.unexpected_message, ServerLimits.TooManyExtraMessages);
            return;
        }

        if ((TlsMessage)message[0] is TlsMessage.certificate or TlsMessage.compressed_certificate)
        {
            CertificateBytes = message.Length;
        }

        handshake.Take(message, endsRecord);
    }

    // Section 6: in TLS 1.3 only close_notify and user_canceled are no errors, whatever the level says. Before ServerHello the server
    // may speak another version, and the rules are those that OpenSSL's client has for any (rec_layer_s3.c).
    private void TakeAlert(ReadOnlySpan<byte> content)
    {
        if (content is not [var level, var description])
        {
            handshake.Refuse(TlsAlert.decode_error, "a record of alerts holds not one of them");
            return;
        }

        var alert = (TlsAlert)description;
        if (alert == TlsAlert.close_notify)
        {
            _confirmation.TakeCloseNotify(Negotiated is not null);
            MarkConfirmation();
        }
        else if (handshake.Tls13.IsChosen ? alert != TlsAlert.user_canceled : level == FatalLevel || (level == WarningLevel && alert == TlsAlert.no_renegotiation))
        {
            handshake.Fault = ServerFaults.AlertReceived(alert, handshake.Server.Verdict is null ? handshake.Offer.HintAt(alert) : "");
        }
        else if (!handshake.Tls13.IsChosen && level != WarningLevel)
        {
            handshake.Refuse(TlsAlert.illegal_parameter, $"an alert has the unknown level {level}");
        }
        else if (++_warnings > ServerLimits.Warnings)
        {
            handshake.Refuse(TlsAlert.unexpected_message, ServerLimits.TooManyWarnings);
        }
    }

    // The answer to early data may come before our Finished has gone, which the handshake is not complete without.
    private void MarkConfirmation()
    {
        handshake.Fault ??= _confirmation.Fault;
        if (_confirmation.IsConfirmed && !handshake.Writer.IsEmpty)
        {
            return;
        }

        handshake.Reached |= _confirmation.Reached;
        if (_confirmation.Status == HttpStatus.TooEarly)
        {
            handshake.Tls13.AnswerTooEarly(handshake);
        }
    }
}

/// <summary>Takes application data.</summary>
/// <param name="content">The content of one record.</param>
internal delegate void DataTaker(ReadOnlySpan<byte> content);
