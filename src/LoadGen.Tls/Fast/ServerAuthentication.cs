using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>
/// Who the server is: its chain (RFC 8446 section 4.4.2, RFC 5246 section 7.4.2) and its signature over the handshake (RFC 8446 section
/// 4.4.3), for one handshake after another.
/// </summary>
/// <param name="checks">How much is checked.</param>
/// <param name="serverKeys">The keys of the servers' certificates.</param>
internal sealed class ServerAuthentication(SlotChecks checks, CertificateStore<ServerKey> serverKeys)
{
    private readonly List<ReadOnlyMemory<byte>> _chain = [];
    private CertificateVerifier _verifier = null!;
    private PooledBytes _message;

    /// <summary>The verdict on the chain; <see langword="null"/> before it came.</summary>
    public CertificateVerdict? Verdict { get; private set; }

    /// <summary>The key of the server's certificate; <see langword="null"/> before it came, and where nothing needs it.</summary>
    public ServerKey? Key { get; private set; }

    /// <summary>The scheme of the server's signature; <see langword="null"/> before it came.</summary>
    public TlsSignatureScheme? Scheme { get; private set; }

    /// <summary>Whether the certificate came with an OCSP response.</summary>
    public bool IsStapled { get; set; }

    /// <summary>Whether a chain is still to come, and likely one that has not been checked before.</summary>
    public bool ExpectsNewChain => Verdict is null && _verifier.ExpectsNewChain;

    /// <summary>Prepares a handshake.</summary>
    public void Prepare(CertificateVerifier verifier)
    {
        _verifier = verifier;
        (Verdict, Key, Scheme, IsStapled) = (null, null, null, false);
    }

    /// <summary>Judges the server's chain.</summary>
    /// <param name="handshake">The handshake.</param>
    /// <param name="body">The body of the server's Certificate.</param>
    /// <returns>The state that the handshake ends in; <see langword="null"/> if the chain is accepted.</returns>
    public HandshakeState? JudgeChain(Handshake handshake, ReadOnlySpan<byte> body)
    {
        // The verifier wants memory, which the bytes of a record in the driver's buffer are not.
        _message.Append(body);
        try
        {
            if (Read(handshake) is { } refusal)
            {
                return handshake.Refuse(refusal);
            }

            Verdict = _verifier.Verify(_chain);
            if (Verdict.Fault is { } kind)
            {
                return handshake.Reject(kind, ChainFailures.AlertOf(kind), Verdict.Detail);
            }

            var encrypts = handshake.Tls12 is { IsChosen: true, Suite.IsEphemeral: false };
            Key = checks.ChecksSignature || encrypts ? serverKeys.Get(_chain[0].Span) : null;
            return null;
        }
        finally
        {
            _chain.Clear();
            _message.Clear();
        }
    }

    /// <summary>Verifies the server's signature over the transcript of TLS 1.3.</summary>
    /// <returns>Why it is refused; <see langword="null"/> if it is valid, or is not to be verified.</returns>
    public Refusal? VerifySignature(Handshake handshake, TlsSignatureScheme scheme, ReadOnlySpan<byte> signature)
    {
        Scheme = scheme;
        if (!handshake.Offer.SignatureSchemes.Contains(scheme))
        {
            return new Refusal(TlsAlert.illegal_parameter, $"it signed with {scheme.Name()}, which was not offered");
        }

        if (!checks.ChecksSignature)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Span<byte> room = stackalloc byte[CertificateVerifyContent.MostBytes];
        return !Key!.Verifies(scheme) ? NotForKey : Verify(scheme, CertificateVerifyContent.OfServer(handshake.Transcript.Hash(hash), room), signature);
    }

    /// <summary>Verifies the server's signature over its key of TLS 1.2 (RFC 8422 section 5.4), whose scheme is one for the suite.</summary>
    /// <param name="handshake">The handshake.</param>
    /// <param name="serverRandom">The server's random.</param>
    /// <param name="exchange">The message.</param>
    /// <returns>Why it is refused; <see langword="null"/> if it is valid, or is not to be verified.</returns>
    public Refusal? VerifySignature(Handshake handshake, ReadOnlySpan<byte> serverRandom, scoped ServerKeyExchange12 exchange)
    {
        const int Randoms = 2 * ClientHello.RandomBytes;
        Scheme = exchange.Scheme;
        if (!checks.ChecksSignature)
        {
            return null;
        }

        // Both randoms, then the parameters.
        Span<byte> content = stackalloc byte[Randoms + ServerKeyExchange12.MostParameterBytes];
        handshake.Random.CopyTo(content);
        serverRandom.CopyTo(content[ClientHello.RandomBytes..]);
        exchange.Parameters.CopyTo(content[Randoms..]);
        return !Key!.Verifies12(exchange.Scheme) ? NotForKey : Verify(exchange.Scheme, content[..(Randoms + exchange.Parameters.Length)], exchange.Signature);
    }

    private static Refusal NotForKey => new(TlsAlert.illegal_parameter, "the scheme of the signature is not one for the key of the certificate");

    private Refusal? Verify(TlsSignatureScheme scheme, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
        => Key!.Verify(scheme, content, signature) ? null : new Refusal(TlsAlert.decrypt_error, "its signature over the handshake is not valid");

    private Refusal? Read(Handshake handshake)
    {
        if (handshake.Tls12.IsChosen)
        {
            return Messages12.ReadCertificates(_message.Memory, _chain);
        }

        var refusal = ServerMessages.ReadCertificates(_message.Memory, handshake.Offer.Profile.Ocsp, _chain, out var isStapled);
        IsStapled = isStapled;
        return refusal;
    }
}
