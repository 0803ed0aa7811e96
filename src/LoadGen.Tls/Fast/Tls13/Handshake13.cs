using System.Net.Security;
using System.Security.Cryptography;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast.Tls13;

/// <summary>What is TLS 1.3's own of one handshake after another (RFC 8446): its keys, tickets and early data, and the client's answers.</summary>
internal sealed class Handshake13
{
    private readonly byte[] _finishedHash = new byte[Hashing.MostBytes];
    private readonly KeySchedule _schedule = new();
    private PooledBytes _scratch;
    private SuiteParts? _suite;
    private TlsGroup? _group;
    private TlsSignatureScheme? _scheme;
    private bool _hasApplicationKeysAhead;
    private bool _owesKeyUpdate;
    private bool _beganWithEarlyData;
    private CertificateCompression? _compression;

    /// <summary>Whether ServerHello chose TLS 1.3.</summary>
    public bool IsChosen { get; private set; }

    /// <summary>Whether the server sent a HelloRetryRequest.</summary>
    public bool WasRetried { get; private set; }

    /// <summary>Whether the server chose the ticket.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>Whether early data was sent behind this ClientHello.</summary>
    public bool SentEarlyData { get; private set; }

    /// <summary>Whether the server takes it.</summary>
    public bool TakesEarlyData { get; private set; }

    /// <summary>Prepares a handshake.</summary>
    public void Prepare()
    {
        (IsChosen, WasRetried, IsResumed, SentEarlyData, TakesEarlyData) = (false, false, false, false, false);
        (_suite, _group, _scheme, _compression) = (null, null, null, null);
        (_hasApplicationKeysAhead, _owesKeyUpdate, _beganWithEarlyData) = (false, false, false);
    }

    /// <summary>The handshake is over: gives its memory back and forgets its secrets.</summary>
    public void End()
    {
        _scratch.Clear();
        _schedule.Clear();
    }

    /// <summary>Decides whether early data follows the first ClientHello.</summary>
    /// <param name="ticket">The ticket that is offered.</param>
    /// <param name="data">What there is to send.</param>
    public void PlanEarlyData(Ticket? ticket, ReadOnlySpan<byte> data)
        => _beganWithEarlyData = SentEarlyData = ticket is not null && data.Length > 0 && data.Length <= ticket.MostEarlyData;

    /// <summary>Sends the early data (section 4.2.10).</summary>
    public void SendEarlyData(Handshake handshake, Ticket ticket, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        hash = hash[..ticket.Suite.Hash.Bytes()];
        Hashing.Hash(ticket.Suite.Hash, handshake.Hello, hash);
        _schedule.UseEarly(hash);
        handshake.LogSecret("CLIENT_EARLY_TRAFFIC_SECRET", _schedule.Client);
        handshake.Writer.Protection.UseSecret(ticket.Suite, _schedule.Client);
        handshake.Writer.Write(TlsContent.application_data, data);
    }

    /// <summary>Completes ClientHello: a ticket gets its binder (section 4.2.11.2), which covers all messages to this one without its list of binders.</summary>
    public void FinishHello(Handshake handshake, Ticket? ticket)
    {
        var covered = ticket is null ? handshake.Hello : handshake.Hello[..^ticket.BindersBytes];
        var binders = handshake.Hello[covered.Length..];
        if (WasRetried)
        {
            handshake.Transcript.Add(covered);
        }

        if (ticket is null)
        {
            return;
        }

        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        hash = hash[..ticket.Suite.Hash.Bytes()];
        if (WasRetried)
        {
            handshake.Transcript.Hash(hash);
        }
        else
        {
            Hashing.Hash(ticket.Suite.Hash, covered, hash);
        }

        _schedule.UsePreShared(ticket.Suite.Hash, ticket.Key);
        _schedule.Binder(hash, binders[^hash.Length..]);
        if (WasRetried)
        {
            handshake.Transcript.Add(binders);
        }
    }

    /// <summary>Whether a suite was offered, and is the one of the HelloRetryRequest if there was one.</summary>
    public SuiteParts? SuiteOf(Handshake handshake, ushort suite)
    {
        var parts = SuiteParts.Of((TlsCipherSuite)suite);
        return parts is not null && handshake.Offer.Suites.Contains(parts) && (_suite is null || _suite == parts) ? parts : null;
    }

    /// <summary>Answers a HelloRetryRequest (section 4.1.4).</summary>
    /// <param name="handshake">The handshake.</param>
    /// <param name="message">The request, with its header.</param>
    /// <param name="suite">Its suite.</param>
    /// <param name="group">The group that it asks for; <see langword="null"/> to keep the shares.</param>
    /// <param name="cookie">Its cookie; empty for none.</param>
    public void Retry(Handshake handshake, ReadOnlySpan<byte> message, SuiteParts suite, TlsGroup? group, ReadOnlySpan<byte> cookie)
    {
        (_suite, WasRetried, SentEarlyData) = (suite, true, false);

        // A ticket goes that is not for the suite; early data is as good as rejected.
        if (handshake.Ticket is { } ticket && ticket.Suite.Hash != suite.Hash)
        {
            handshake.DropSession();
        }

        handshake.Writer.Protection.Reset();

        // Section 4.4.1: the first ClientHello is replaced by its hash.
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Hashing.Hash(suite.Hash, handshake.Hello, hash);
        var transcript = handshake.Transcript;
        transcript.Reset(suite.Hash);
        transcript.Add([(byte)TlsMessage.message_hash, 0, 0, (byte)suite.Hash.Bytes()]);
        transcript.Add(hash[..suite.Hash.Bytes()]);
        transcript.Add(message);
        handshake.Writer.WriteChangeCipherSpec();
        handshake.SendHelloAgain(group, cookie);
    }

    /// <summary>Takes the handshake keys into use (section 7.1).</summary>
    /// <param name="handshake">The handshake.</param>
    /// <param name="message">ServerHello, with its header.</param>
    /// <param name="suite">Its suite.</param>
    /// <param name="group">Its group; <see langword="null"/> if it has no key share.</param>
    /// <param name="shared">The shared secret; empty without a key share.</param>
    /// <param name="isResumed">Whether it chose the ticket.</param>
    public void UseHandshakeKeys(Handshake handshake, ReadOnlySpan<byte> message, SuiteParts suite, TlsGroup? group, ReadOnlySpan<byte> shared, bool isResumed)
    {
        if (!WasRetried)
        {
            handshake.Transcript.Reset(suite.Hash);
            handshake.Transcript.Add(handshake.Hello);
        }

        handshake.Transcript.Add(message);
        (_suite, _group, IsChosen, IsResumed) = (suite, group, true, isResumed);
        handshake.Details?.Suite = suite.Suite.Name();
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        _schedule.UseShared(suite.Hash, isResumed, shared, handshake.Transcript.Hash(hash));
        handshake.Reading.UseSecret(suite, _schedule.Server);
        if (!SentEarlyData || !isResumed)
        {
            handshake.Writer.Protection.UseSecret(suite, _schedule.Client);
        }

        handshake.LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", _schedule.Client);
        handshake.LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", _schedule.Server);
    }

    /// <summary>What EncryptedExtensions says.</summary>
    /// <param name="handshake">The handshake.</param>
    /// <param name="protocol">The application protocol that the server selected.</param>
    /// <param name="takesEarlyData">Whether it takes the early data.</param>
    public Refusal? Agree(Handshake handshake, string? protocol, bool takesEarlyData)
    {
        handshake.SelectProtocol(protocol);
        TakesEarlyData = takesEarlyData;
        if (takesEarlyData && (!IsResumed || _suite != handshake.Ticket!.Suite || protocol != handshake.Ticket.Protocol))
        {
            // Section 4.2.10: it belongs to the session with all that was negotiated.
            return new Refusal(TlsAlert.illegal_parameter, "it takes early data although the ticket, the suite or the application protocol is another");
        }

        if (SentEarlyData && IsResumed && !takesEarlyData)
        {
            handshake.Writer.Protection.UseSecret(_suite!, _schedule.Client);
        }

        return null;
    }

    /// <summary>Judges a chain that came compressed (RFC 8879).</summary>
    /// <returns>The state that the handshake ends in; <see langword="null"/> if the chain is accepted.</returns>
    public HandshakeState? JudgeCompressedChain(Handshake handshake, ReadOnlySpan<byte> body)
    {
        var certificate = default(PooledBytes);
        var refusal = CompressedCertificate.Read(body, handshake.Offer.Profile.CertificateCompression, ref certificate, out var algorithm);
        _compression = algorithm;
        var ended = refusal is { } refused ? handshake.Refuse(refused) : handshake.JudgeChain(certificate.Span);
        certificate.Clear();
        return ended;
    }

    /// <summary>Verifies the server's signature over the transcript (section 4.4.3).</summary>
    /// <returns>Why it is refused; <see langword="null"/> if it is valid, or is not to be verified.</returns>
    public Refusal? VerifySignature(Handshake handshake, TlsSignatureScheme scheme, ReadOnlySpan<byte> signature)
    {
        _scheme = scheme;
        if (!handshake.Offer.SignatureSchemes.Contains(scheme))
        {
            return new Refusal(TlsAlert.illegal_parameter, $"it signed with {scheme.Name()}, which was not offered");
        }

        if (!handshake.ChecksSignature)
        {
            return null;
        }

        if (!handshake.Server.Key!.Verifies(scheme))
        {
            return new Refusal(TlsAlert.illegal_parameter, "the scheme of the signature is not one for the key of the certificate");
        }

        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Span<byte> room = stackalloc byte[CertificateVerifyContent.MostBytes];
        return handshake.Server.Key.Verify(scheme, CertificateVerifyContent.OfServer(handshake.Transcript.Hash(hash), room), signature)
            ? null
            : new Refusal(TlsAlert.decrypt_error, "its signature over the handshake is not valid");
    }

    /// <summary>Whether the verify_data of the server's Finished is right (section 4.4.4).</summary>
    public bool IsServerFinished(Handshake handshake, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Span<byte> expected = stackalloc byte[Hashing.MostBytes];
        expected = expected[.._suite!.Hash.Bytes()];
        _schedule.ServerFinished(handshake.Transcript.Hash(hash), expected);
        return CryptographicOperations.FixedTimeEquals(expected, data);
    }

    /// <summary>Writes the client's flight, to Finished, and completes the handshake.</summary>
    public void Finish(Handshake handshake)
    {
        var (transcript, writer, authentication) = (handshake.Transcript, handshake.Writer, handshake.Authentication);
        scoped ReadOnlySpan<byte> hash = transcript.Hash(_finishedHash);
        Span<byte> room = stackalloc byte[Hashing.MostBytes];
        if (TakesEarlyData)
        {
            // EndOfEarlyData (section 4.5) is the last under the keys of early data.
            ReadOnlySpan<byte> end = [(byte)TlsMessage.end_of_early_data, 0, 0, 0];
            writer.Write(TlsContent.handshake, end);
            writer.Protection.UseSecret(_suite!, _schedule.Client);
            transcript.Add(end);
            hash = transcript.Hash(room);
        }

        if (authentication.IsRequested)
        {
            authentication.WriteCertificate(ref _scratch, withExtensions: true);
            transcript.Add(_scratch.Span);
            if (authentication.HasCertificate)
            {
                var before = _scratch.Count;
                authentication.WriteVerify(ref _scratch, transcript.Hash(room));
                transcript.Add(_scratch.Span[before..]);
            }

            hash = transcript.Hash(room);
        }

        var length = _suite!.Hash.Bytes();
        _scratch.Append([(byte)TlsMessage.finished, 0, 0, (byte)length]);
        _schedule.ClientFinished(hash, _scratch.Add(length));
        writer.Write(TlsContent.handshake, _scratch.Span);
        if (handshake.Offer.KeepsSessions)
        {
            transcript.Add(_scratch.Span[^(4 + length)..]);
        }

        _scratch.Clear();
        _hasApplicationKeysAhead = true;
        if (handshake.LogsSecrets)
        {
            UseApplicationKeys(handshake);
        }

        handshake.Reached |= Milestones.ServerFlight | Milestones.ClientFinished;
        Complete(handshake, TakesEarlyData ? EarlyDataFate.Accepted : _beganWithEarlyData ? EarlyDataFate.Rejected : null);
    }

    /// <summary>The server answered the early data with HTTP status 425, Too Early (RFC 8470 section 5.2).</summary>
    public void AnswerTooEarly(Handshake handshake)
    {
        if (TakesEarlyData)
        {
            Complete(handshake, EarlyDataFate.TooEarly);
        }
    }

    /// <summary>Takes a NewSessionTicket (section 4.6.1), and keeps the ticket if later handshakes may offer it.</summary>
    public Refusal? TakeTicket(Handshake handshake, ReadOnlySpan<byte> body)
    {
        var message = default(NewSessionTicket);
        if (message.Read(body) is { } refusal)
        {
            return refusal;
        }

        handshake.Details?.TicketLifetimes.Add(message.Lifetime);
        if (handshake.Offer.KeepsSessions && message.IsUsable)
        {
            Span<byte> hash = stackalloc byte[Hashing.MostBytes];
            var key = new byte[_suite!.Hash.Bytes()];
            _schedule.TicketKey(handshake.Transcript.Hash(hash), message.Nonce, key);
            handshake.Keep(message.With(_suite, key, handshake.Protocol));
        }

        return null;
    }

    /// <summary>
    /// Takes the application keys into use, if they are due. That is left until a record needs them: after many handshakes there is none.
    /// </summary>
    public void UseApplicationKeys(Handshake handshake)
    {
        if (!_hasApplicationKeysAhead)
        {
            return;
        }

        _hasApplicationKeysAhead = false;
        var hash = _finishedHash.AsSpan(0, _suite!.Hash.Bytes());
        _schedule.UseApplication(hash);
        handshake.Reading.UseSecret(_suite, _schedule.Server);
        handshake.Writer.Protection.UseSecret(_suite, _schedule.Client);
        if (handshake.LogsSecrets)
        {
            Span<byte> exporter = stackalloc byte[_suite.Hash.Bytes()];
            _schedule.Exporter(hash, exporter);
            handshake.LogSecret("CLIENT_TRAFFIC_SECRET_0", _schedule.Client);
            handshake.LogSecret("SERVER_TRAFFIC_SECRET_0", _schedule.Server);
            handshake.LogSecret("EXPORTER_SECRET", exporter);
        }
    }

    /// <summary>
    /// Takes the server's next keys into use, and the client's if the server asks for that (section 4.6.3): before the client's next application data,
    /// and once for however often the server asked until then.
    /// </summary>
    public void UpdateKeys(Handshake handshake, bool isAskedFor)
    {
        _schedule.UpdateServer();
        handshake.Reading.UseSecret(_suite!, _schedule.Server);
        _owesKeyUpdate |= isAskedFor;
    }

    /// <summary>Puts the keys in place that content of a type is to be written under.</summary>
    public void PrepareToWrite(Handshake handshake, TlsContent type)
    {
        UseApplicationKeys(handshake);
        if (_owesKeyUpdate && type == TlsContent.application_data)
        {
            _owesKeyUpdate = false;
            handshake.Writer.Write(TlsContent.handshake, [(byte)TlsMessage.key_update, 0, 0, 1, 0]);
            _schedule.UpdateClient();
            handshake.Writer.Protection.UseSecret(_suite!, _schedule.Client);
        }
    }

    private void Complete(Handshake handshake, EarlyDataFate? earlyData)
        => handshake.Complete(new NegotiatedKey(TlsVersion.Tls13, _suite!.Suite, _group, _scheme, handshake.Protocol)
        {
            IsResumed = IsResumed,
            EarlyData = earlyData,
            CertificateCompression = _compression,
            ServerConfirmed = handshake.Offer.Profile.Confirm != Confirm.None,
        });
}
