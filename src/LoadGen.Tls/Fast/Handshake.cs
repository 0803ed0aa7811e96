using System.Security.Cryptography;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Fast.Tls13;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Probing;

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
    private readonly List<(TlsGroup Group, KeyAgreement Agreement)> _shares = [];
    private OfferedName _name = null!;
    private PooledBytes _hello;
    private int _sessionIdBytes;
    private AgedSession? _session;
    private bool _offersSession;

    /// <summary>Receives what only a probe shows; usually <see langword="null"/>.</summary>
    public HandshakeDetails? Details { get; init; }

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

    /// <summary>What is TLS 1.3's own.</summary>
    public Handshake13 Tls13 { get; } = new();

    /// <summary>The server's certificates.</summary>
    public ServerAuthentication Server { get; } = new(serverKeys);

    /// <summary>The answer to the server's wish for a client certificate.</summary>
    public ClientAuthentication Authentication { get; } = new();

    /// <summary>The application protocol that the server selected; <see langword="null"/> for none.</summary>
    public string? Protocol { get; private set; }

    /// <summary>The hash of all messages.</summary>
    public Transcript Transcript { get; } = new();

    public Milestones Reached { get; set; }

    public MachineFault? Fault { get; set; }

    public Negotiated? Negotiated { get; private set; }

    /// <summary>The session of TLS 1.2 that is offered; <see langword="null"/> for none.</summary>
    public Session12? Session12 => _session?.Session as Session12;

    /// <summary>The ticket that is offered; <see langword="null"/> for none.</summary>
    public Ticket? Ticket => _session?.Session as Ticket;

    /// <summary>Whether the handshake is complete and tickets are wanted.</summary>
    public bool TakesTickets => Tls13.IsChosen && Negotiated is not null && Offer.KeepsSessions;

    /// <summary>Whether a ticket has come, or a session of TLS 1.2.</summary>
    public bool HasTickets { get; private set; }

    /// <summary>Whether the present message is the last of its record: no message may lie across a change of keys (RFC 8446 section 5.1).</summary>
    public bool EndsRecord { get; private set; }

    /// <summary>Whether the server may send the ChangeCipherSpec of middlebox compatibility now (section 5).</summary>
    public bool AllowsChangeCipherSpec => (Tls13.WasRetried || Tls13.IsChosen) && Negotiated is null;

    /// <summary>Whether the server's signature is to be verified.</summary>
    public bool ChecksSignature => checks.ChecksSignature;

    /// <summary>Whether secrets are written to a key log.</summary>
    public bool LogsSecrets => keyLog is not null;

    /// <summary>Whether server_name was sent.</summary>
    public bool HasServerName => _name.Indication is not null;

    /// <summary>The HTTP request that is to confirm the handshake.</summary>
    public ReadOnlySpan<byte> HttpRequest => Offer.Profile.EarlyData is null ? Offer.HttpRequestFor(_name) : Offer.EarlyDataFor(_name);

    /// <summary>The random of ClientHello.</summary>
    public ReadOnlySpan<byte> Random => _unique.AsSpan(0, ClientHello.RandomBytes);

    /// <summary>The present ClientHello, with its header.</summary>
    public Span<byte> Hello => _hello.Span;

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
        (Reached, Fault, Negotiated, Protocol, EndsRecord, HasTickets) = (Milestones.None, null, null, null, false, false);
        Server.Prepare(verifiers[_name.Index]);
        Authentication.Reset();
        Tls12.Prepare();
        Tls13.Prepare();
        Writer.Reset();
        Reading.Reset();
    }

    /// <summary>Writes ClientHello.</summary>
    public void Begin()
    {
        RandomNumberGenerator.Fill(_unique);
        SetSessionId();
        TakeShares(Offer.KeyShares);
        Tls13.PlanEarlyData(Ticket, Offer.EarlyDataFor(_name));
        SendHello([]);
        if (Tls13.SentEarlyData)
        {
            Tls13.SendEarlyData(this, Ticket!, Offer.EarlyDataFor(_name));
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
        _shares.Clear();
        Writer.Clear();
        Tls13.End();
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
    public HandshakeState RefuseResumption() => End(TlsAlert.illegal_parameter, ServerFaults.Resumed(TlsAlert.illegal_parameter));

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

    /// <summary>Writes another ClientHello, as a HelloRetryRequest asks for.</summary>
    /// <param name="group">The group to send a share of; <see langword="null"/> to keep the shares.</param>
    /// <param name="cookie">The cookie to send back; empty for none.</param>
    public void SendHelloAgain(TlsGroup? group, ReadOnlySpan<byte> cookie)
    {
        if (group is { } wanted)
        {
            TakeShares([wanted]);
        }

        SendHello(cookie);
    }

    /// <summary>The session is not offered any more.</summary>
    public void DropSession() => _session = null;

    /// <summary>Writes a secret to the key log, if there is one.</summary>
    public void LogSecret(string label, ReadOnlySpan<byte> secret) => keyLog?.Write(label, Random, secret);

    /// <summary>The application protocol that the server selected.</summary>
    public void SelectProtocol(string? protocol) => Protocol = protocol;

    /// <summary>Judges the server's chain.</summary>
    /// <param name="body">The body of its Certificate.</param>
    /// <returns>The state that the handshake ends in; <see langword="null"/> if the chain is accepted.</returns>
    public HandshakeState? JudgeChain(ReadOnlySpan<byte> body)
    {
        if (Server.Judge(body, Tls12.IsChosen, Offer.Profile.Ocsp, needsKey: ChecksSignature || (Tls12.IsChosen && !Tls12.Suite.IsEphemeral), Details) is { } refusal)
        {
            return Refuse(refusal);
        }

        if (Server.Verdict!.Fault is not { } kind)
        {
            return null;
        }

        var alert = ChainFailures.AlertOf(kind);
        return End(alert, ServerFaults.Rejected(kind, alert, Server.Verdict.Detail));
    }

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
        WasRetried = Tls13.WasRetried,
        CertificateRequested = Authentication.IsRequested,
        SentCertificate = Authentication.HasCertificate,
        OcspStapled = Offer.Profile.Ocsp ? Server.IsStapled : null,
    });

    /// <summary>Writes content under the present keys.</summary>
    public void Write(TlsContent type, ReadOnlySpan<byte> content)
    {
        Tls13.PrepareToWrite(this, type);
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
        TicketOffer? ticket = Ticket is { } offered ? new TicketOffer(offered, _session!.Value.Age, Tls13.SentEarlyData) : null;
        Offer.HelloFor(_name).Write(ref _hello, Random, SessionId, Session12 is { } session ? session.Ticket : [], _shares, cookie, ticket);
        Tls13.FinishHello(this, Ticket);
        Writer.Write(TlsContent.handshake, _hello.Span);
    }
}
