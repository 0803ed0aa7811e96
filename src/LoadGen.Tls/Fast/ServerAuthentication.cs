using LoadGen.Tls.Certificates;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Probing;

namespace LoadGen.Tls.Fast;

/// <summary>The certificates that the server shows, for one handshake after another: read, judged, and the key of its own.</summary>
/// <param name="keys">The keys of the servers' certificates.</param>
internal sealed class ServerAuthentication(CertificateStore<ServerKey> keys)
{
    private readonly List<ReadOnlyMemory<byte>> _chain = [];
    private PooledBytes _message;
    private CertificateVerifier _verifier = null!;

    /// <summary>The verdict on the chain; <see langword="null"/> before it came.</summary>
    public CertificateVerdict? Verdict { get; private set; }

    /// <summary>The server's key; <see langword="null"/> before its certificate was accepted, and where nothing needs it.</summary>
    public ServerKey? Key { get; private set; }

    /// <summary>Whether a stapled OCSP response came.</summary>
    public bool IsStapled { get; set; }

    /// <summary>Whether a chain is still to come, and likely one that has not been checked before.</summary>
    public bool ExpectsNewChain => Verdict is null && _verifier.ExpectsNewChain;

    /// <summary>Prepares a handshake.</summary>
    public void Prepare(CertificateVerifier verifier) => (_verifier, Verdict, Key, IsStapled) = (verifier, null, null, false);

    /// <summary>Reads and judges the body of a Certificate message.</summary>
    /// <param name="body">The body.</param>
    /// <param name="isTls12">Whether it is one of TLS 1.2, where entries have no extensions.</param>
    /// <param name="offersOcsp">Whether a stapled OCSP response was asked for.</param>
    /// <param name="needsKey">Whether the key in it is needed.</param>
    /// <param name="details">Receives the chain and what is said of it; usually <see langword="null"/>.</param>
    /// <returns>Why it cannot be read; <see langword="null"/> if it was judged.</returns>
    public Refusal? Judge(ReadOnlySpan<byte> body, bool isTls12, bool offersOcsp, bool needsKey, HandshakeDetails? details)
    {
        // The verifier wants memory, which the bytes of a record in the driver's buffer are not.
        _message.Append(body);
        try
        {
            if (Read(isTls12, offersOcsp) is { } refusal)
            {
                return refusal;
            }

            Verdict = _verifier.Verify(_chain);
            if (details is not null)
            {
                (details.Chain, details.ChainVerdict) = ([.. _chain.Select(der => der.ToArray())], Verdict.Detail);
            }

            Key = Verdict.Fault is null && needsKey ? keys.Get(_chain[0].Span) : null;
            return null;
        }
        finally
        {
            _chain.Clear();
            _message.Clear();
        }
    }

    private Refusal? Read(bool isTls12, bool offersOcsp)
    {
        if (isTls12)
        {
            return Messages12.ReadCertificates(_message.Memory, _chain);
        }

        var refusal = ServerMessages.ReadCertificates(_message.Memory, offersOcsp, _chain, out var isStapled);
        IsStapled = isStapled;
        return refusal;
    }
}
