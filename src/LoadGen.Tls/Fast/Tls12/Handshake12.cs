using System.Security.Cryptography;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast.Tls12;

/// <summary>
/// What one handshake after another has gathered once its server chose TLS 1.2, and what its states do with it. One instance for one
/// connection slot, beside the <see cref="Handshake"/> that has what both versions share.
/// </summary>
internal sealed class Handshake12
{
    // The premaster secret of P-521, and that of RSA (RFC 5246 section 7.4.7.1).
    private const int MostPremasterBytes = 66;
    private const int RsaPremasterBytes = 48;

    private readonly byte[] _serverRandom = new byte[ClientHello.RandomBytes];
    private readonly byte[] _premaster = new byte[MostPremasterBytes];
    private readonly Secrets12 _secrets = new();
    private PooledBytes _messages;
    private PooledBytes _scratch;
    private KeyAgreement? _agreement;
    private TlsGroup? _group;
    private TlsSignatureScheme? _scheme;
    private bool _extendsMasterSecret;
    private bool _encryptsThenMacs;
    private byte[] _sessionId = [];
    private byte[] _ticket = [];
    private TimeSpan _lifetime;

    /// <summary>Whether ServerHello chose TLS 1.2.</summary>
    public bool IsChosen { get; private set; }

    /// <summary>The suite.</summary>
    public Suite12 Suite { get; private set; } = null!;

    /// <summary>Whether the server resumes the session that was offered.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>Whether a NewSessionTicket will come.</summary>
    public bool AnnouncesTicket { get; private set; }

    /// <summary>Whether a CertificateStatus may come.</summary>
    public bool AnnouncesStatus { get; private set; }

    /// <summary>The protection of the server's records.</summary>
    public RecordProtection12 Reading { get; } = new();

    /// <summary>Prepares a handshake.</summary>
    public void Prepare()
    {
        (IsChosen, IsResumed, AnnouncesTicket, AnnouncesStatus) = (false, false, false, false);
        (_sessionId, _ticket, _lifetime) = ([], [], Session12.LongestLifetime);
        (_agreement, _group, _scheme, _extendsMasterSecret, _encryptsThenMacs) = (null, null, null, false, false);
        Reading.Reset();
    }

    /// <summary>The handshake is over: gives its memory back and forgets its secrets.</summary>
    public void End()
    {
        _messages.Clear();
        _scratch.Clear();
        CryptographicOperations.ZeroMemory(_premaster);
        _secrets.Clear();
    }

    /// <summary>Takes what ServerHello chose.</summary>
    /// <param name="handshake">The handshake.</param>
    /// <param name="message">The message, with its header.</param>
    /// <param name="hello">The message.</param>
    /// <param name="suite">Its suite.</param>
    public void UseHello(Handshake handshake, ReadOnlySpan<byte> message, scoped ServerHello12 hello, Suite12 suite)
    {
        (IsChosen, Suite) = (true, suite);
        (AnnouncesTicket, AnnouncesStatus) = (hello.AnnouncesTicket, hello.AnnouncesStatus);
        (_extendsMasterSecret, _encryptsThenMacs) = (hello.ExtendsMasterSecret, hello.EncryptsThenMacs && suite.IsCbc);
        hello.Random.CopyTo(_serverRandom);
        _sessionId = handshake.Offer.KeepsSessions ? hello.SessionId.ToArray() : [];
        handshake.SelectProtocol(hello.Protocol);
        handshake.Details?.Suite = suite.Suite.Name();
        handshake.Transcript.Reset(suite.Hash);
        Hear(handshake, handshake.Hello);
        Hear(handshake, message);
    }

    /// <summary>The server resumes a session: takes its keys into use (RFC 5246 section 7.3).</summary>
    /// <returns>Why that is refused; <see langword="null"/> if it is not.</returns>
    public Refusal? Resume(Handshake handshake, Session12 session)
    {
        if (Suite != session.Suite)
        {
            return new Refusal(TlsAlert.illegal_parameter, $"it resumed a session of {session.Suite.Suite.Name()} with {Suite.Suite.Name()}");
        }

        if (_extendsMasterSecret != session.ExtendsMasterSecret)
        {
            // RFC 7627 section 5.3.
            return new Refusal(TlsAlert.handshake_failure, "it resumed a session with another kind of master secret (RFC 7627)");
        }

        IsResumed = true;
        _secrets.UseMaster(Suite, session.Master);
        ExpandKeys(handshake);
        return null;
    }

    /// <summary>Takes a ticket, which is kept once the handshake is complete.</summary>
    /// <param name="handshake">The handshake.</param>
    /// <param name="lifetime">How long the server takes it, in seconds; 0 if it does not say.</param>
    /// <param name="ticket">The ticket; empty if the server has none after all.</param>
    public void TakeTicket(Handshake handshake, uint lifetime, ReadOnlySpan<byte> ticket)
    {
        handshake.Details?.TicketLifetimes.Add(TimeSpan.FromSeconds(lifetime));
        if (handshake.Offer.KeepsSessions && !ticket.IsEmpty)
        {
            (_ticket, _lifetime) = (ticket.ToArray(), lifetime == 0 ? Session12.LongestLifetime : TimeSpan.FromSeconds(lifetime));
        }
    }

    /// <summary>Adds a message, with its header, to the transcript.</summary>
    public void Hear(Handshake handshake, ReadOnlySpan<byte> message)
    {
        handshake.Transcript.Add(message);
        if (handshake.Offer.HasCertificates)
        {
            // CertificateVerify signs all of them by a hash of its own (RFC 5246 section 7.4.8).
            _messages.Append(message);
        }
    }

    /// <summary>Checks the server's key and takes the premaster secret from it.</summary>
    /// <returns>Why it is refused; <see langword="null"/> if it is not.</returns>
    public Refusal? AgreeOnKey(Handshake handshake, scoped ServerKeyExchange12 exchange)
    {
        if (!IsCurve(exchange.Group) || !handshake.Offer.Groups.Contains(exchange.Group))
        {
            return new Refusal(TlsAlert.illegal_parameter, $"it chose the group {exchange.Group.Name()}, which was not offered");
        }

        if (!handshake.Offer.SignatureSchemes.Contains(exchange.Scheme) || IsOfEcdsa(exchange.Scheme) != (Suite.Exchange == KeyExchange12.EcdheEcdsa))
        {
            return new Refusal(TlsAlert.illegal_parameter, $"it signed with {exchange.Scheme.Name()}, which was not offered, or is not for its suite");
        }

        if (handshake.ChecksSignature && VerifySignature(handshake, exchange) is { } refusal)
        {
            return refusal;
        }

        (_group, _scheme) = (exchange.Group, exchange.Scheme);
        _agreement = handshake.ShareOf(exchange.Group) ?? handshake.TakeShare(exchange.Group);
        return _agreement.TryAgree(exchange.Share, _premaster) ? null
            : new Refusal(TlsAlert.illegal_parameter, $"its share of {exchange.Group.Name()} is not valid");
    }

    /// <summary>Answers the server's flight: ClientKeyExchange, a certificate if one was asked for, ChangeCipherSpec and Finished.</summary>
    public void Answer(Handshake handshake)
    {
        var authentication = handshake.Authentication;
        if (authentication.IsRequested)
        {
            authentication.WriteCertificate(ref _scratch, withExtensions: false);
        }

        var premaster = WriteKeyExchange(handshake);
        Hear(handshake, _scratch.Span);
        MakeMasterSecret(handshake, premaster);
        if (authentication.HasCertificate)
        {
            var before = _scratch.Count;
            authentication.WriteVerify12(ref _scratch, _messages.Span);
            Hear(handshake, _scratch.Span[before..]);
        }

        handshake.Writer.Write(TlsContent.handshake, _scratch.Span);
        _scratch.Clear();
        WriteFinished(handshake);
        handshake.Reached |= Milestones.ServerFlight | Milestones.ClientFinished;
    }

    /// <summary>Takes the server's keys into use, at its ChangeCipherSpec (RFC 5246 section 7.1).</summary>
    public void UseServerKeys() => Reading.UseKeys(_secrets.Server, _encryptsThenMacs);

    /// <summary>Whether the verify_data of the server's Finished is right (RFC 5246 section 7.4.9).</summary>
    public bool IsServerFinished(Handshake handshake, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Span<byte> expected = stackalloc byte[Secrets12.FinishedBytes];
        _secrets.ServerFinished(handshake.Transcript.Hash(hash), expected);
        return CryptographicOperations.FixedTimeEquals(expected, data);
    }

    /// <summary>The server's Finished was accepted: completes the handshake, with our Finished if the server was first.</summary>
    public void Finish(Handshake handshake)
    {
        var profile = handshake.Offer.Profile;
        if (IsResumed)
        {
            WriteFinished(handshake);
            handshake.Reached |= Milestones.ServerFlight | Milestones.ClientFinished;
        }
        else
        {
            handshake.Reached |= profile.Confirm == Confirm.None ? Milestones.ServerConfirmed : Milestones.ServerFinished;
        }

        KeepSession(handshake);
        handshake.Complete(new NegotiatedKey(TlsVersion.Tls12, Suite.Suite, _group, _scheme, handshake.Protocol)
        {
            IsResumed = IsResumed,

            // In a full handshake the server's Finished answers ours.
            ServerConfirmed = profile.Confirm != Confirm.None || !IsResumed,
        });
    }

    private static bool IsCurve(TlsGroup group) => group is TlsGroup.x25519 or TlsGroup.secp256r1 or TlsGroup.secp384r1 or TlsGroup.secp521r1;

    // Suites of ECDSA are for EdDSA too (RFC 8422 section 5.10).
    private static bool IsOfEcdsa(TlsSignatureScheme scheme) => ((int)scheme & 0xff) == 3 || scheme is TlsSignatureScheme.ed25519 or TlsSignatureScheme.ed448;

    // RFC 8422 section 5.4: both randoms, then the parameters.
    private Refusal? VerifySignature(Handshake handshake, scoped ServerKeyExchange12 exchange)
    {
        const int Randoms = 2 * ClientHello.RandomBytes;
        const int MostParameters = 1 + sizeof(ushort) + 1 + byte.MaxValue;
        if (handshake.Server.Key is not { } key || !key.Verifies12(exchange.Scheme))
        {
            return new Refusal(TlsAlert.illegal_parameter, "the scheme of the signature is not one for the key of the certificate");
        }

        Span<byte> content = stackalloc byte[Randoms + MostParameters];
        handshake.Random.CopyTo(content);
        _serverRandom.CopyTo(content[ClientHello.RandomBytes..]);
        exchange.Parameters.CopyTo(content[Randoms..]);
        return key.Verify(exchange.Scheme, content[..(Randoms + exchange.Parameters.Length)], exchange.Signature)
            ? null
            : new Refusal(TlsAlert.decrypt_error, "its signature over the key exchange is not valid");
    }

    // RFC 5246 section 7.4.7.1, RFC 8422 section 5.7.
    private ReadOnlySpan<byte> WriteKeyExchange(Handshake handshake)
    {
        _scratch.Append((byte)TlsMessage.client_key_exchange);
        if (_agreement is { } agreement)
        {
            _scratch.AppendU24(1 + agreement.Share.Length);
            _scratch.Append((byte)agreement.Share.Length);
            _scratch.Append(agreement.Share);
            return _premaster.AsSpan(0, agreement.SecretBytes);
        }

        // The version of ClientHello, then random bytes.
        var premaster = _premaster.AsSpan(0, RsaPremasterBytes);
        RandomNumberGenerator.Fill(premaster);
        (premaster[0], premaster[1]) = (3, 3);
        var encrypted = handshake.Server.Key!.Encrypt(premaster);
        _scratch.AppendU24(sizeof(ushort) + encrypted.Length);
        _scratch.AppendU16(encrypted.Length);
        _scratch.Append(encrypted);
        return premaster;
    }

    private void MakeMasterSecret(Handshake handshake, ReadOnlySpan<byte> premaster)
    {
        if (_extendsMasterSecret)
        {
            Span<byte> session = stackalloc byte[Hashing.MostBytes];
            _secrets.UsePremaster(Suite, premaster, handshake.Transcript.Hash(session));
        }
        else
        {
            _secrets.UsePremaster(Suite, premaster, handshake.Random, _serverRandom);
        }

        ExpandKeys(handshake);
    }

    private void ExpandKeys(Handshake handshake)
    {
        _secrets.ExpandKeys(handshake.Random, _serverRandom);
        handshake.LogSecret("CLIENT_RANDOM", _secrets.Master);
    }

    // A session that is resumed goes on to be one, unless the server gave a new ticket for it (RFC 5077 section 3.3).
    private void KeepSession(Handshake handshake)
    {
        if (_ticket.Length > 0 || (!IsResumed && _sessionId.Length > 0))
        {
            handshake.Keep(new Session12(Suite, _secrets.Master.ToArray(), _extendsMasterSecret, _sessionId, _ticket, _lifetime));
        }
    }

    private void WriteFinished(Handshake handshake)
    {
        var writer = handshake.Writer;
        writer.WriteChangeCipherSpec();
        writer.Protection12.UseKeys(_secrets.Client, _encryptsThenMacs);
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        _scratch.Append([(byte)TlsMessage.finished, 0, 0, Secrets12.FinishedBytes]);
        _secrets.ClientFinished(handshake.Transcript.Hash(hash), _scratch.Add(Secrets12.FinishedBytes));
        Hear(handshake, _scratch.Span);
        writer.Write(TlsContent.handshake, _scratch.Span);
        _scratch.Clear();
    }
}
