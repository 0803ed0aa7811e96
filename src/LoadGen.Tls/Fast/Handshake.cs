using System.Net.Security;
using System.Security.Cryptography;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>
/// What one handshake after another has gathered so far, for the states that take its messages, and what they do with it: offering,
/// agreeing on keys, judging the chain, answering. One instance for one connection slot.
/// </summary>
/// <param name="keyShares">The slot's key shares.</param>
/// <param name="checks">How much is checked.</param>
/// <param name="serverKeys">The keys of the servers' certificates.</param>
/// <param name="pool">Where distinct results are kept.</param>
/// <param name="keyLog">Where secrets are written; usually <see langword="null"/>.</param>
internal sealed class Handshake(KeyShares keyShares, SlotChecks checks, CertificateStore<ServerKey> serverKeys, NegotiatedPool pool, KeyLog? keyLog)
{
    private readonly byte[] _unique = new byte[ClientHello.RandomBytes + ClientHello.SessionIdBytes];
    private readonly byte[] _finishedHash = new byte[Hashing.MostBytes];
    private readonly List<(TlsGroup Group, KeyAgreement Agreement)> _shares = [];
    private readonly List<ReadOnlyMemory<byte>> _chain = [];
    private readonly KeySchedule _schedule = new();
    private CertificateVerifier _verifier = null!;
    private OfferedName _name = null!;
    private PooledBytes _hello;
    private PooledBytes _scratch;
    private SuiteParts? _suite;
    private TlsGroup? _group;
    private TlsSignatureScheme? _scheme;
    private int _sessionIdBytes;
    private bool _hasApplicationKeysAhead;
    private bool _owesKeyUpdate;
    private bool _beganWithEarlyData;
    private AgedSession? _session;
    private bool _offersSession;

    /// <summary>What is offered.</summary>
    public FastOffer Offer { get; private set; } = null!;

    /// <summary>What is waited for.</summary>
    public HandshakeState State { get; private set; } = Ended.Instance;

    /// <summary>The client's records.</summary>
    public RecordWriter Writer { get; } = new();

    /// <summary>The protection of the server's records.</summary>
    public RecordProtection Reading { get; } = new();

    /// <summary>What is TLS 1.2's own.</summary>
    public Handshake12 Tls12 { get; } = new();

    /// <summary>The answer to the server's wish for a client certificate.</summary>
    public ClientAuthentication Authentication { get; } = new();

    /// <summary>The key of the server's certificate; <see langword="null"/> before it came, and where nothing needs it.</summary>
    public ServerKey? ServerKey { get; private set; }

    /// <summary>The application protocol that the server selected; <see langword="null"/> for none.</summary>
    public string? Protocol { get; private set; }

    /// <summary>Whether the server's certificate came with an OCSP response.</summary>
    public bool IsStapled { get; set; }

    /// <summary>The hash of all messages.</summary>
    public Transcript Transcript { get; } = new();

    public Milestones Reached { get; set; }

    public MachineFault? Fault { get; set; }

    public CertificateVerdict? Verdict { get; private set; }

    public Negotiated? Negotiated { get; private set; }

    /// <summary>Whether the server sent a HelloRetryRequest.</summary>
    public bool WasRetried { get; private set; }

    /// <summary>The session of TLS 1.2 that is offered; <see langword="null"/> for none.</summary>
    public Session12? Session12 => _session?.Session as Session12;

    /// <summary>The ticket that is offered; <see langword="null"/> for none.</summary>
    public Ticket? Ticket => _session?.Session as Ticket;

    /// <summary>Whether early data was sent behind this ClientHello.</summary>
    public bool SentEarlyData { get; private set; }

    /// <summary>Whether the server takes it.</summary>
    public bool TakesEarlyData { get; private set; }

    /// <summary>Whether the server chose the ticket.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>Whether the handshake is complete and tickets are wanted.</summary>
    public bool TakesTickets => IsTls13 && Negotiated is not null && Offer.KeepsSessions;

    /// <summary>Whether a ticket has come, or a session of TLS 1.2.</summary>
    public bool HasTickets { get; private set; }

    /// <summary>Whether ServerHello chose TLS 1.3, so that its rules hold for alerts.</summary>
    public bool IsTls13 { get; private set; }

    /// <summary>Whether the present message is the last of its record: no message may lie across a change of keys (RFC 8446 section 5.1).</summary>
    public bool EndsRecord { get; private set; }

    /// <summary>Whether the server may send the ChangeCipherSpec of middlebox compatibility now (section 5).</summary>
    public bool AllowsChangeCipherSpec => (WasRetried || IsTls13) && Negotiated is null;

    /// <summary>Whether a chain is still to come, and likely one that has not been checked before.</summary>
    public bool ExpectsNewChain => Verdict is null && _verifier.ExpectsNewChain;

    /// <summary>Whether the server's signature is to be verified.</summary>
    public bool ChecksSignature => checks.ChecksSignature;

    /// <summary>Whether server_name was sent.</summary>
    public bool HasServerName => _name.Indication is not null;

    /// <summary>The HTTP request that is to confirm the handshake.</summary>
    public ReadOnlySpan<byte> HttpRequest => Offer.Profile.EarlyData is null ? Offer.HttpRequestFor(_name) : Offer.EarlyDataFor(_name);

    /// <summary>The random of ClientHello.</summary>
    public ReadOnlySpan<byte> Random => _unique.AsSpan(0, ClientHello.RandomBytes);

    /// <summary>ClientHello, with its header, until ServerHello was taken.</summary>
    public ReadOnlySpan<byte> Hello => _hello.Span;

    private ReadOnlySpan<byte> SessionId => _unique.AsSpan(ClientHello.RandomBytes, _sessionIdBytes);

    /// <summary>Prepares a handshake.</summary>
    /// <param name="offer">What to offer.</param>
    /// <param name="verifiers">One for each of the target's server names.</param>
    /// <param name="isOfLoad">Whether it counts for the share of handshakes that offer to resume; otherwise it is one for the tickets that it brings.</param>
    public void Prepare(FastOffer offer, CertificateVerifier[] verifiers, bool isOfLoad)
    {
        Offer = offer;
        _name = offer.NextName();
        _session = isOfLoad ? offer.ChooseSession(_name) : null;
        _offersSession = _session is not null;
        _verifier = verifiers[_name.Index];
        (Reached, Fault, Verdict, Negotiated) = (Milestones.None, null, null, null);
        (WasRetried, IsTls13, EndsRecord, _hasApplicationKeysAhead, _owesKeyUpdate) = (false, false, false, false, false);
        (IsResumed, SentEarlyData, TakesEarlyData, _beganWithEarlyData, HasTickets) = (false, false, false, false, false);
        (_suite, _group, ServerKey, _scheme, Protocol, IsStapled) = (null, null, null, null, null, false);
        Authentication.Reset();
        Tls12.Prepare();
        Writer.Reset();
        Reading.Reset();
    }

    /// <summary>Writes ClientHello.</summary>
    public void Begin()
    {
        RandomNumberGenerator.Fill(_unique);
        SetSessionId();
        TakeShares(Offer.KeyShares);
        _beganWithEarlyData = SentEarlyData = Ticket is { } ticket && Offer.EarlyDataFor(_name) is { Length: > 0 } data && data.Length <= ticket.MostEarlyData;
        SendHello([]);
        if (SentEarlyData)
        {
            SendEarlyData();
        }

        State = WaitServerHello.Instance;
    }

    /// <summary>Takes a message.</summary>
    /// <param name="message">With its header.</param>
    /// <param name="endsRecord">Whether it is the last of its record.</param>
    public void Take(ReadOnlySpan<byte> message, bool endsRecord)
    {
        EndsRecord = endsRecord;
        State = State.Take(this, (TlsMessage)message[0], message);
    }

    /// <summary>Takes the server's ChangeCipherSpec of TLS 1.2.</summary>
    public void TakeChangeCipherSpec() => State = State is HandshakeState12 state ? state.TakeChangeCipherSpec(this) : State;

    /// <summary>The handshake is over: gives its memory back and forgets its secrets.</summary>
    public void End()
    {
        Tls12.End();
        _hello.Clear();
        _scratch.Clear();
        _chain.Clear();
        _shares.Clear();
        Writer.Clear();
        _schedule.Clear();
        keyShares.EndHandshake();
    }

    /// <summary>Ends the handshake with an alert.</summary>
    public HandshakeState Refuse(TlsAlert alert, string why) => End(alert, ServerFaults.Broken(alert, why));

    /// <summary>Ends the handshake with an alert.</summary>
    public HandshakeState Refuse(Refusal refusal) => Refuse(refusal.Alert, refusal.Why);

    /// <summary>Ends the handshake for a message that is not due.</summary>
    public HandshakeState RefuseUnexpected(TlsMessage type) => Refuse(TlsAlert.unexpected_message, $"{type.Name()} came before {State.Awaited}");

    /// <summary>Ends the handshake for a message that is not the last of its record.</summary>
    public HandshakeState RefuseAcrossKeys(TlsMessage type)
        => Refuse(TlsAlert.unexpected_message, $"a handshake message follows {type.Name()} in its record, across a change of keys");

    /// <summary>Ends the handshake for a certificate that is accepted, but cannot be used.</summary>
    public HandshakeState RejectCertificate(string why)
        => End(TlsAlert.unsupported_certificate, ServerFaults.Rejected(
            FailureKind.CertificateInvalid, TlsAlert.unsupported_certificate, $"the server's certificate cannot be used: {why}"));

    /// <summary>Ends the handshake for a session that was resumed and not offered.</summary>
    public HandshakeState RefuseResumption() => End(TlsAlert.illegal_parameter, new MachineFault(
        FailureKind.UnexpectedResumption, FaultSide.Server, TlsAlert.illegal_parameter.Name(), "the server resumed a session although a full handshake was requested"));

    /// <summary>Whether a suite was offered for TLS 1.3, and is the one of the HelloRetryRequest if there was one.</summary>
    public SuiteParts? SuiteOf(ushort suite)
    {
        var parts = SuiteParts.Of((TlsCipherSuite)suite);
        return parts is not null && Offer.Suites.Contains(parts) && (_suite is null || _suite == parts) ? parts : null;
    }

    /// <summary>Whether a session id is ours.</summary>
    public bool IsOurs(ReadOnlySpan<byte> sessionId) => sessionId.SequenceEqual(SessionId);

    /// <summary>Our key of a group that ClientHello has a share for; otherwise <see langword="null"/>.</summary>
    public KeyAgreement? ShareOf(TlsGroup group)
    {
        foreach (var (each, agreement) in _shares)
        {
            if (each == group)
            {
                return agreement;
            }
        }

        return null;
    }

    /// <summary>A key of a group that ClientHello has no share for.</summary>
    public KeyAgreement TakeShare(TlsGroup group) => keyShares.Take(group);

    /// <summary>Answers a HelloRetryRequest (RFC 8446 section 4.1.4).</summary>
    /// <param name="message">The request, with its header.</param>
    /// <param name="suite">Its suite.</param>
    /// <param name="group">The group that it asks for; <see langword="null"/> to keep the shares.</param>
    /// <param name="cookie">Its cookie; empty for none.</param>
    public void Retry(ReadOnlySpan<byte> message, SuiteParts suite, TlsGroup? group, ReadOnlySpan<byte> cookie)
    {
        (_suite, WasRetried, SentEarlyData) = (suite, true, false);

        // Section 4.1.4: a ticket goes that is not for the suite; early data is as good as rejected.
        _session = Ticket?.Suite.Hash == suite.Hash ? _session : null;
        Writer.Protection.Reset();

        // Section 4.4.1: the first ClientHello is replaced by its hash.
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Hashing.Hash(suite.Hash, _hello.Span, hash);
        Transcript.Reset(suite.Hash);
        Transcript.Add([(byte)TlsMessage.message_hash, 0, 0, (byte)suite.Hash.Bytes()]);
        Transcript.Add(hash[..suite.Hash.Bytes()]);
        Transcript.Add(message);
        if (group is { } wanted)
        {
            TakeShares([wanted]);
        }

        Writer.WriteChangeCipherSpec();
        SendHello(cookie);
    }

    /// <summary>Takes the handshake keys into use (section 7.1).</summary>
    /// <param name="message">ServerHello, with its header.</param>
    /// <param name="suite">Its suite.</param>
    /// <param name="group">Its group; <see langword="null"/> if it has no key share.</param>
    /// <param name="shared">The shared secret; empty without a key share.</param>
    /// <param name="isResumed">Whether it chose the ticket.</param>
    public void UseHandshakeKeys(ReadOnlySpan<byte> message, SuiteParts suite, TlsGroup? group, ReadOnlySpan<byte> shared, bool isResumed)
    {
        if (!WasRetried)
        {
            Transcript.Reset(suite.Hash);
            Transcript.Add(_hello.Span);
        }

        Transcript.Add(message);
        _hello.Clear();
        (_suite, _group, IsTls13, IsResumed) = (suite, group, true, isResumed);
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        _schedule.UseShared(suite.Hash, isResumed, shared, Transcript.Hash(hash));
        Reading.UseSecret(suite, _schedule.Server);
        if (!SentEarlyData || !isResumed)
        {
            Writer.Protection.UseSecret(suite, _schedule.Client);
        }

        LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", _schedule.Client);
        LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", _schedule.Server);
    }

    /// <summary>Writes a secret to the key log, if there is one.</summary>
    public void LogSecret(string label, ReadOnlySpan<byte> secret) => keyLog?.Write(label, Random, secret);

    /// <summary>The application protocol that the server selected.</summary>
    public void SelectProtocol(string? protocol) => Protocol = protocol;

    /// <summary>What EncryptedExtensions says.</summary>
    /// <param name="protocol">The application protocol that the server selected.</param>
    /// <param name="takesEarlyData">Whether it takes the early data.</param>
    public Refusal? Agree(string? protocol, bool takesEarlyData)
    {
        (Protocol, TakesEarlyData) = (protocol, takesEarlyData);
        if (takesEarlyData && (!IsResumed || _suite != Ticket!.Suite || protocol != Ticket.Protocol))
        {
            // Section 4.2.10: it belongs to the session with all that was negotiated.
            return new Refusal(TlsAlert.illegal_parameter, "it takes early data although the ticket, the suite or the application protocol is another");
        }

        if (SentEarlyData && IsResumed && !takesEarlyData)
        {
            Writer.Protection.UseSecret(_suite!, _schedule.Client);
        }

        return null;
    }

    /// <summary>The server asked for a client certificate.</summary>
    /// <param name="schemes">The signature schemes that it accepts, two bytes each.</param>
    public void RequestCertificate(ReadOnlySpan<byte> schemes) => Authentication.Request(Offer.NextCertificate(), schemes);

    /// <summary>Judges the server's chain.</summary>
    /// <param name="body">The body of its Certificate.</param>
    /// <returns>The state that the handshake ends in; <see langword="null"/> if the chain is accepted.</returns>
    public HandshakeState? JudgeChain(ReadOnlySpan<byte> body)
    {
        // The verifier wants memory, which the bytes of a record in the driver's buffer are not.
        _scratch.Append(body);
        try
        {
            if (ReadCertificates() is { } refusal)
            {
                return Refuse(refusal);
            }

            Verdict = _verifier.Verify(_chain);
            if (Verdict.Fault is { } kind)
            {
                var alert = ChainFailures.AlertOf(kind);
                return End(alert, ServerFaults.Rejected(kind, alert, Verdict.Detail));
            }

            ServerKey = ChecksSignature || (Tls12.IsChosen && !Tls12.Suite.IsEphemeral) ? serverKeys.Get(_chain[0].Span) : null;
            return null;
        }
        finally
        {
            _chain.Clear();
            _scratch.Clear();
        }
    }

    /// <summary>Verifies the server's signature over the transcript (section 4.4.3).</summary>
    /// <returns>Why it is refused; <see langword="null"/> if it is valid, or is not to be verified.</returns>
    public Refusal? VerifySignature(TlsSignatureScheme scheme, ReadOnlySpan<byte> signature)
    {
        _scheme = scheme;
        if (!Offer.SignatureSchemes.Contains(scheme))
        {
            return new Refusal(TlsAlert.illegal_parameter, $"it signed with {scheme.Name()}, which was not offered");
        }

        if (!ChecksSignature)
        {
            return null;
        }

        if (!ServerKey!.Verifies(scheme))
        {
            return new Refusal(TlsAlert.illegal_parameter, "the scheme of the signature is not one for the key of the certificate");
        }

        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Span<byte> room = stackalloc byte[CertificateVerifyContent.MostBytes];
        return ServerKey.Verify(scheme, CertificateVerifyContent.OfServer(Transcript.Hash(hash), room), signature)
            ? null
            : new Refusal(TlsAlert.decrypt_error, "its signature over the handshake is not valid");
    }

    /// <summary>Whether the verify_data of the server's Finished is right (section 4.4.4).</summary>
    public bool IsServerFinished(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Span<byte> expected = stackalloc byte[Hashing.MostBytes];
        expected = expected[.._suite!.Hash.Bytes()];
        _schedule.ServerFinished(Transcript.Hash(hash), expected);
        return CryptographicOperations.FixedTimeEquals(expected, data);
    }

    /// <summary>Writes the client's flight, to Finished, and completes the handshake.</summary>
    public void Finish()
    {
        scoped ReadOnlySpan<byte> hash = Transcript.Hash(_finishedHash);
        Span<byte> room = stackalloc byte[Hashing.MostBytes];
        if (TakesEarlyData)
        {
            // EndOfEarlyData (section 4.5) is the last under the keys of early data.
            ReadOnlySpan<byte> end = [(byte)TlsMessage.end_of_early_data, 0, 0, 0];
            Writer.Write(TlsContent.handshake, end);
            Writer.Protection.UseSecret(_suite!, _schedule.Client);
            Transcript.Add(end);
            hash = Transcript.Hash(room);
        }

        if (Authentication.IsRequested)
        {
            Authentication.WriteCertificate(ref _scratch, withExtensions: true);
            Transcript.Add(_scratch.Span);
            if (Authentication.HasCertificate)
            {
                var before = _scratch.Count;
                Authentication.WriteVerify(ref _scratch, Transcript.Hash(room));
                Transcript.Add(_scratch.Span[before..]);
            }

            hash = Transcript.Hash(room);
        }

        var length = _suite!.Hash.Bytes();
        _scratch.Append([(byte)TlsMessage.finished, 0, 0, (byte)length]);
        _schedule.ClientFinished(hash, _scratch.Add(length));
        Writer.Write(TlsContent.handshake, _scratch.Span);
        if (Offer.KeepsSessions)
        {
            Transcript.Add(_scratch.Span[^(4 + length)..]);
        }

        _scratch.Clear();
        _hasApplicationKeysAhead = true;
        if (keyLog is not null)
        {
            UseApplicationKeys();
        }

        Reached |= Milestones.ServerFlight | Milestones.ClientFinished;
        Negotiate();
    }

    /// <summary>The server answered the early data with HTTP status 425, Too Early (RFC 8470 section 5.2).</summary>
    public void AnswerTooEarly()
    {
        if (TakesEarlyData)
        {
            Negotiate(isTooEarly: true);
        }
    }

    /// <summary>Takes a NewSessionTicket (section 4.6.1), and keeps the ticket if later handshakes may offer it.</summary>
    public Refusal? TakeTicket(ReadOnlySpan<byte> body)
    {
        var message = default(NewSessionTicket);
        if (message.Read(body) is { } refusal)
        {
            return refusal;
        }

        HasTickets = true;
        if (Offer.KeepsSessions && message.IsUsable)
        {
            Span<byte> hash = stackalloc byte[Hashing.MostBytes];
            var key = new byte[_suite!.Hash.Bytes()];
            _schedule.TicketKey(Transcript.Hash(hash), message.Nonce, key);
            Offer.PoolOf(_name).Keep(message.With(_suite, key, Protocol));
        }

        return null;
    }

    private void Negotiate(bool isTooEarly = false)
        => Complete(new NegotiatedKey(TlsVersion.Tls13, _suite!.Suite, _group, _scheme, Protocol)
        {
            IsResumed = IsResumed,
            EarlyData = isTooEarly ? EarlyDataFate.TooEarly : TakesEarlyData ? EarlyDataFate.Accepted : _beganWithEarlyData ? EarlyDataFate.Rejected : null,
            ServerConfirmed = Offer.Profile.Confirm != Confirm.None,
        });

    /// <summary>Keeps a session for later handshakes with servers of this name.</summary>
    public void Keep(Session session)
    {
        HasTickets = true;
        Offer.PoolOf(_name).Keep(session);
    }

    /// <summary>The handshake is complete but for the server's confirmation.</summary>
    /// <param name="key">What was negotiated, without what both versions share.</param>
    public void Complete(NegotiatedKey key) => Negotiated = pool.Get(key with
    {
        OfferedResumption = _offersSession,
        WasRetried = WasRetried,
        CertificateRequested = Authentication.IsRequested,
        SentCertificate = Authentication.HasCertificate,
        OcspStapled = Offer.Profile.Ocsp ? IsStapled : null,
    });

    /// <summary>
    /// Takes the application keys into use, if they are due. That is left until a record needs them: after many handshakes there is none.
    /// </summary>
    public void UseApplicationKeys()
    {
        if (!_hasApplicationKeysAhead)
        {
            return;
        }

        _hasApplicationKeysAhead = false;
        var hash = _finishedHash.AsSpan(0, _suite!.Hash.Bytes());
        _schedule.UseApplication(hash);
        Reading.UseSecret(_suite, _schedule.Server);
        Writer.Protection.UseSecret(_suite, _schedule.Client);
        if (keyLog is not null)
        {
            Span<byte> exporter = stackalloc byte[_suite.Hash.Bytes()];
            _schedule.Exporter(hash, exporter);
            keyLog.Write("CLIENT_TRAFFIC_SECRET_0", Random, _schedule.Client);
            keyLog.Write("SERVER_TRAFFIC_SECRET_0", Random, _schedule.Server);
            keyLog.Write("EXPORTER_SECRET", Random, exporter);
        }
    }

    /// <summary>
    /// Takes the server's next keys into use, and the client's if the server asks for that (section 4.6.3): before the client's next application data,
    /// and once for however often the server asked until then.
    /// </summary>
    public void UpdateKeys(bool isAskedFor)
    {
        _schedule.UpdateServer();
        Reading.UseSecret(_suite!, _schedule.Server);
        _owesKeyUpdate |= isAskedFor;
    }

    /// <summary>Writes content under the present keys.</summary>
    public void Write(TlsContent type, ReadOnlySpan<byte> content)
    {
        UseApplicationKeys();
        if (_owesKeyUpdate && type == TlsContent.application_data)
        {
            _owesKeyUpdate = false;
            Writer.Write(TlsContent.handshake, [(byte)TlsMessage.key_update, 0, 0, 1, 0]);
            _schedule.UpdateClient();
            Writer.Protection.UseSecret(_suite!, _schedule.Client);
        }

        Writer.Write(type, content);
    }

    private Ended End(TlsAlert alert, MachineFault fault)
    {
        const byte Fatal = 2;
        Write(TlsContent.alert, [Fatal, (byte)alert]);
        Fault = fault;
        return Ended.Instance;
    }

    private Refusal? ReadCertificates()
    {
        if (Tls12.IsChosen)
        {
            return Messages12.ReadCertificates(_scratch.Memory, _chain);
        }

        var refusal = ServerMessages.ReadCertificates(_scratch.Memory, Offer.Profile.Ocsp, _chain, out var isStapled);
        IsStapled = isStapled;
        return refusal;
    }

    private void TakeShares(ReadOnlySpan<TlsGroup> groups)
    {
        _shares.Clear();
        foreach (var group in groups)
        {
            _shares.Add((group, keyShares.Take(group)));
        }
    }

    // A client of TLS 1.2 alone has an id of a session only (RFC 5246 section 7.4.1.2): that of the session, or one of its own by which it
    // sees that a ticket was taken (RFC 5077 section 3.4).
    private void SetSessionId()
    {
        var id = Session12 is { } session ? session.Id : [];
        id.CopyTo(_unique.AsSpan(ClientHello.RandomBytes));
        _sessionIdBytes = !id.IsEmpty ? id.Length : Offer.OffersTls13 || Session12 is not null ? ClientHello.SessionIdBytes : 0;
    }

    private void SendHello(ReadOnlySpan<byte> cookie)
    {
        _hello.Clear();
        TicketOffer? ticket = Ticket is { } offered ? new TicketOffer(offered, _session!.Value.Age, SentEarlyData) : null;
        Offer.HelloFor(_name).Write(ref _hello, Random, SessionId, Session12 is { } session ? session.Ticket : [], _shares, cookie, ticket);
        if (Ticket is not null)
        {
            SetBinder(Ticket);
        }
        else if (WasRetried)
        {
            Transcript.Add(_hello.Span);
        }

        Writer.Write(TlsContent.handshake, _hello.Span);
    }

    // Section 4.2.11.2: the binder covers all messages to this one without its list of binders.
    private void SetBinder(Ticket ticket)
    {
        var covered = _hello.Span[..^ticket.BindersBytes];
        var binders = _hello.Span[covered.Length..];
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        hash = hash[..ticket.Suite.Hash.Bytes()];
        if (WasRetried)
        {
            Transcript.Add(covered);
            Transcript.Hash(hash);
        }
        else
        {
            Hashing.Hash(ticket.Suite.Hash, covered, hash);
        }

        _schedule.UsePreShared(ticket.Suite.Hash, ticket.Key);
        _schedule.Binder(hash, binders[^hash.Length..]);
        if (WasRetried)
        {
            Transcript.Add(binders);
        }
    }

    private void SendEarlyData()
    {
        var ticket = Ticket!;
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        hash = hash[..ticket.Suite.Hash.Bytes()];
        Hashing.Hash(ticket.Suite.Hash, _hello.Span, hash);
        _schedule.UseEarly(hash);
        keyLog?.Write("CLIENT_EARLY_TRAFFIC_SECRET", Random, _schedule.Client);
        Writer.Protection.UseSecret(ticket.Suite, _schedule.Client);
        Writer.Write(TlsContent.application_data, Offer.EarlyDataFor(_name));
    }
}
