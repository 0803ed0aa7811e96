using System.Net.Security;
using System.Security.Cryptography;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
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
    private readonly ClientAuthentication _authentication = new();
    private CertificateVerifier _verifier = null!;
    private OfferedName _name = null!;
    private PooledBytes _hello;
    private PooledBytes _scratch;
    private SuiteParts? _suite;
    private TlsGroup _group;
    private ServerKey? _serverKey;
    private TlsSignatureScheme _scheme;
    private string? _protocol;
    private bool _isStapled;
    private bool _hasApplicationKeysAhead;
    private bool _owesKeyUpdate;

    /// <summary>What is offered.</summary>
    public FastOffer Offer { get; private set; } = null!;

    /// <summary>What is waited for.</summary>
    public HandshakeState State { get; private set; } = Ended.Instance;

    /// <summary>The client's records.</summary>
    public RecordWriter Writer { get; } = new();

    /// <summary>The protection of the server's records.</summary>
    public RecordProtection Reading { get; } = new();

    /// <summary>The hash of all messages.</summary>
    public Transcript Transcript { get; } = new();

    public Milestones Reached { get; set; }

    public MachineFault? Fault { get; set; }

    public CertificateVerdict? Verdict { get; private set; }

    public Negotiated? Negotiated { get; private set; }

    /// <summary>Whether the server sent a HelloRetryRequest.</summary>
    public bool WasRetried { get; private set; }

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
    public byte[] HttpRequest => Offer.HttpRequestFor(_name);

    private ReadOnlySpan<byte> Random => _unique.AsSpan(0, ClientHello.RandomBytes);

    /// <summary>Prepares a handshake.</summary>
    public void Prepare(FastOffer offer, CertificateVerifier[] verifiers)
    {
        Offer = offer;
        _name = offer.NextName();
        _verifier = verifiers[_name.Index];
        (Reached, Fault, Verdict, Negotiated) = (Milestones.None, null, null, null);
        (WasRetried, IsTls13, EndsRecord, _hasApplicationKeysAhead, _owesKeyUpdate) = (false, false, false, false, false);
        (_suite, _group, _serverKey, _scheme, _protocol, _isStapled) = (null, default, null, default, null, false);
        _authentication.Reset();
        Writer.Reset();
        Reading.Reset();
    }

    /// <summary>Writes ClientHello.</summary>
    public void Begin()
    {
        RandomNumberGenerator.Fill(_unique);
        TakeShares(Offer.KeyShares);
        SendHello([]);
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

    /// <summary>The handshake is over: gives its memory back and forgets its secrets.</summary>
    public void End()
    {
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

    /// <summary>Whether a suite was offered, and is the one of the HelloRetryRequest if there was one.</summary>
    public SuiteParts? SuiteOf(ushort suite)
    {
        var parts = SuiteParts.Of((TlsCipherSuite)suite);
        return parts is not null && Offer.Suites.Contains(parts) && (_suite is null || _suite == parts) ? parts : null;
    }

    /// <summary>Whether a session id is ours.</summary>
    public bool IsOurs(ReadOnlySpan<byte> sessionId) => sessionId.SequenceEqual(_unique.AsSpan(ClientHello.RandomBytes));

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

    /// <summary>Answers a HelloRetryRequest (RFC 8446 section 4.1.4).</summary>
    /// <param name="message">The request, with its header.</param>
    /// <param name="suite">Its suite.</param>
    /// <param name="group">The group that it asks for; <see langword="null"/> to keep the shares.</param>
    /// <param name="cookie">Its cookie; empty for none.</param>
    public void Retry(ReadOnlySpan<byte> message, SuiteParts suite, TlsGroup? group, ReadOnlySpan<byte> cookie)
    {
        (_suite, WasRetried) = (suite, true);

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
        Transcript.Add(_hello.Span);
    }

    /// <summary>Takes the handshake keys into use (section 7.1).</summary>
    /// <param name="message">ServerHello, with its header.</param>
    /// <param name="suite">Its suite.</param>
    /// <param name="group">Its group.</param>
    /// <param name="shared">The shared secret.</param>
    public void UseHandshakeKeys(ReadOnlySpan<byte> message, SuiteParts suite, TlsGroup group, ReadOnlySpan<byte> shared)
    {
        if (!WasRetried)
        {
            Transcript.Reset(suite.Hash);
            Transcript.Add(_hello.Span);
        }

        Transcript.Add(message);
        _hello.Clear();
        (_suite, _group, IsTls13) = (suite, group, true);
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        _schedule.UseShared(suite.Hash, shared, Transcript.Hash(hash));
        Reading.UseSecret(suite, _schedule.Server);
        Writer.Protection.UseSecret(suite, _schedule.Client);
        keyLog?.Write("CLIENT_HANDSHAKE_TRAFFIC_SECRET", Random, _schedule.Client);
        keyLog?.Write("SERVER_HANDSHAKE_TRAFFIC_SECRET", Random, _schedule.Server);
    }

    /// <summary>The application protocol that the server selected.</summary>
    public void SelectProtocol(string? protocol) => _protocol = protocol;

    /// <summary>The server asked for a client certificate.</summary>
    /// <param name="schemes">The signature schemes that it accepts, two bytes each.</param>
    public void RequestCertificate(ReadOnlySpan<byte> schemes) => _authentication.Request(Offer.NextCertificate(), schemes);

    /// <summary>Judges the server's chain.</summary>
    /// <param name="body">The body of its Certificate.</param>
    /// <returns>The state that the handshake ends in; <see langword="null"/> if the chain is accepted.</returns>
    public HandshakeState? JudgeChain(ReadOnlySpan<byte> body)
    {
        // The verifier wants memory, which the bytes of a record in the driver's buffer are not.
        _scratch.Append(body);
        try
        {
            if (ServerMessages.ReadCertificates(_scratch.Memory, Offer.Profile.Ocsp, _chain, out _isStapled) is { } refusal)
            {
                return Refuse(refusal);
            }

            Verdict = _verifier.Verify(_chain);
            if (Verdict.Fault is { } kind)
            {
                var alert = ChainFailures.AlertOf(kind);
                return End(alert, ServerFaults.Rejected(kind, alert, Verdict.Detail));
            }

            _serverKey = ChecksSignature ? serverKeys.Get(_chain[0].Span) : null;
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

        if (!_serverKey!.Verifies(scheme))
        {
            return new Refusal(TlsAlert.illegal_parameter, "the scheme of the signature is not one for the key of the certificate");
        }

        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Span<byte> room = stackalloc byte[CertificateVerifyContent.MostBytes];
        return _serverKey.Verify(scheme, CertificateVerifyContent.OfServer(Transcript.Hash(hash), room), signature)
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
        if (_authentication.IsRequested)
        {
            _authentication.WriteCertificate(ref _scratch);
            Transcript.Add(_scratch.Span);
            if (_authentication.HasCertificate)
            {
                var before = _scratch.Count;
                _authentication.WriteVerify(ref _scratch, Transcript.Hash(room));
                Transcript.Add(_scratch.Span[before..]);
            }

            hash = Transcript.Hash(room);
        }

        var length = _suite!.Hash.Bytes();
        _scratch.Append([(byte)TlsMessage.finished, 0, 0, (byte)length]);
        _schedule.ClientFinished(hash, _scratch.Add(length));
        Writer.Write(TlsContent.handshake, _scratch.Span);
        _scratch.Clear();
        _hasApplicationKeysAhead = true;
        if (keyLog is not null)
        {
            UseApplicationKeys();
        }

        Reached |= Milestones.ServerFlight | Milestones.ClientFinished;
        Negotiated = pool.Get(new NegotiatedKey(TlsVersion.Tls13, _suite.Suite, _group, _scheme, _protocol)
        {
            WasRetried = WasRetried,
            CertificateRequested = _authentication.IsRequested,
            SentCertificate = _authentication.HasCertificate,
            OcspStapled = Offer.Profile.Ocsp ? _isStapled : null,
            ServerConfirmed = Offer.Profile.Confirm != Confirm.None,
        });
    }

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

    private void TakeShares(ReadOnlySpan<TlsGroup> groups)
    {
        _shares.Clear();
        foreach (var group in groups)
        {
            _shares.Add((group, keyShares.Take(group)));
        }
    }

    private void SendHello(ReadOnlySpan<byte> cookie)
    {
        _hello.Clear();
        Offer.HelloFor(_name).Write(ref _hello, _unique, _shares, cookie);
        Writer.Write(TlsContent.handshake, _hello.Span);
    }
}
