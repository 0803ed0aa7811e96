using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Certificates;

/// <summary>
/// Verifies the certificate chain of one target: trust, dates and name, against the system's authorities or the plan's.
/// Revocation is not checked, and missing intermediates are not downloaded. A chain that was seen lately keeps its verdict:
/// servers have several, for RSA and ECDSA or for the machines behind one address. Safe for concurrent use.
/// </summary>
internal sealed class CertificateVerifier : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>More than one address shows; a server that makes a certificate for every handshake is checked every time.</summary>
    private const int MostRemembered = 16;

    private readonly Target _target;
    private readonly int _mostRsaBits;
    private readonly X509Certificate2Collection _authorities;
    private readonly Lock _lock = new();
    private volatile Seen[] _seen = [];
    private volatile bool _expectsNew = true;
    private int _checksMade;

    /// <param name="target">Whose certificates it verifies.</param>
    /// <param name="mostRsaBits">The largest RSA key that is accepted.</param>
    /// <exception cref="CryptographicException">The plan's authorities cannot be read.</exception>
    public CertificateVerifier(Target target, int mostRsaBits)
        : this(target, mostRsaBits, AuthoritiesOf(target))
    {
    }

    private CertificateVerifier(Target target, int mostRsaBits, X509Certificate2Collection authorities)
    {
        _target = target;
        _mostRsaBits = mostRsaBits;
        _authorities = authorities;
    }

    /// <summary>One verifier for each of a target's server names, in their order.</summary>
    /// <exception cref="CryptographicException">The plan's authorities cannot be read.</exception>
    public static CertificateVerifier[] ForEachName(Target target, int mostRsaBits)
    {
        // A target may have thousands of names, and the system's bundle hundreds of authorities.
        var authorities = AuthoritiesOf(target);
        return [.. target.ServerNames.Select(name => new CertificateVerifier(target with { ServerName = name }, mostRsaBits, authorities))];
    }

    /// <summary>The name that the certificate must be valid for.</summary>
    public string ServerName => _target.ServerName;

    /// <summary>
    /// Whether the next chain is likely one that is not remembered, since none is yet, or the last one was not. Building it takes milliseconds or
    /// more, which no thread that others wait for should spend.
    /// </summary>
    public bool ExpectsNewChain => _expectsNew;

    /// <summary>The largest RSA key that is accepted, in bits.</summary>
    public int MostRsaBits => _mostRsaBits;

    /// <summary>How many chains were built, rather than answered from the cache.</summary>
    public int ChecksMade => _checksMade;

    /// <summary>Verifies a chain.</summary>
    /// <param name="chain">Certificates in DER, the leaf first. The memory may be reused afterwards.</param>
    public CertificateVerdict Verify(IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        foreach (var seen in _seen)
        {
            if (seen.Is(chain))
            {
                if (_expectsNew)
                {
                    // Written once, not by every handshake of every thread.
                    _expectsNew = false;
                }

                return seen.Verdict;
            }
        }

        _expectsNew = true;

        // Two connections may verify the same new chain at once; both reach the same verdict.
        var verdict = Check(chain);
        lock (_lock)
        {
            // Those that verified it at once must not fill the places of other chains with it.
            if (!Array.Exists(_seen, seen => seen.Is(chain)))
            {
                _seen = [new Seen([.. chain.Select(der => der.ToArray())], verdict), .. _seen.Take(MostRemembered - 1)];
            }
        }

        Interlocked.Increment(ref _checksMade);
        return verdict;
    }

    public void Dispose()
    {
        foreach (var authority in _authorities)
        {
            authority.Dispose();
        }
    }

    private static X509Certificate2Collection AuthoritiesOf(Target target)
    {
        var authorities = new X509Certificate2Collection();
        if (target.Trust is Trust.Authorities { Pem: var pem })
        {
            authorities.ImportFromPem(pem);
        }

        return authorities;
    }

    private CertificateVerdict Check(IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        if (chain.Count == 0)
        {
            return new CertificateVerdict(FailureKind.CertificateInvalid, "the server sent no certificate", null);
        }

        var certificates = new List<X509Certificate2>();
        try
        {
            certificates.AddRange(chain.Select(Load));
            return Judge(certificates);
        }
        catch (Exception error)
        {
            // The bytes come from the server: any exception of the platform's parsers means that they are malformed.
            return new CertificateVerdict(FailureKind.CertificateInvalid, $"malformed certificate: {error.Message}", null);
        }
        finally
        {
            certificates.ForEach(certificate => certificate.Dispose());
        }
    }

    // The platform reads a certificate and leaves what follows it.
    private static X509Certificate2 Load(ReadOnlyMemory<byte> der)
    {
        AsnDecoder.ReadEncodedValue(der.Span, AsnEncodingRules.BER, out _, out _, out var length);
        return length == der.Length
            ? X509CertificateLoader.LoadCertificate(der.Span)
            : throw new CryptographicException($"{der.Length - length} bytes follow it");
    }

    private CertificateVerdict Judge(List<X509Certificate2> certificates)
    {
        var leaf = certificates[0];
        var summary = new CertificateSummary(leaf.Subject, leaf.Issuer, new DateTimeOffset(leaf.NotAfter.ToUniversalTime()), KeyTypes.Of(leaf));
        if (certificates.FirstOrDefault(certificate => KeyStrength.RsaBitsOf(certificate) > _mostRsaBits) is { } large)
        {
            return new CertificateVerdict(
                FailureKind.CertificateInvalid,
                $"{large.Subject} has an RSA key of {KeyStrength.RsaBitsOf(large)} bits; the most that the plan accepts is {_mostRsaBits} (limits.rsaBits)",
                summary);
        }

        if (_target.Trust is Trust.Anything)
        {
            return new CertificateVerdict(null, "not checked", summary);
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.ExtraStore.AddRange(certificates.Skip(1).ToArray());
        if (_target.Trust is Trust.Authorities)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        var built = chain.Build(leaf);
        var faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if (!built && faults == X509ChainStatusFlags.NoError)
        {
            faults = X509ChainStatusFlags.PartialChain;
        }

        var links = chain.ChainElements.Select(element => new ChainLink(
            element.Certificate.Subject,
            new DateTimeOffset(element.Certificate.NotBefore.ToUniversalTime()),
            new DateTimeOffset(element.Certificate.NotAfter.ToUniversalTime()),
            element.ChainElementStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status)));
        if (ChainFailures.Classify([.. links], faults, new DateTimeOffset(chain.ChainPolicy.VerificationTime.ToUniversalTime())) is var (fault, detail))
        {
            var platform = string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());
            return new CertificateVerdict(fault, $"{detail ?? leaf.Subject}: {platform}", summary);
        }

        if ((UsageFaultOf(leaf) ?? KeyStrength.FindWeakness([.. chain.ChainElements.Select(element => element.Certificate)])) is { } weakness)
        {
            return new CertificateVerdict(FailureKind.CertificateInvalid, weakness, summary);
        }

        return CertificateNames.Matches(leaf, _target.ServerName)
            ? new CertificateVerdict(null, "chain, dates and name are valid", summary)
            : new CertificateVerdict(FailureKind.CertificateWrongName, $"the certificate of {leaf.Subject} is not valid for {_target.ServerName}", summary);
    }

    // A server signs with its key, or, in static RSA key exchange, decrypts with it (RFC 8446 section 4.4.2.2, RFC 5246 section 7.4.2).
    private static string? UsageFaultOf(X509Certificate2 leaf)
        => leaf.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault()?.KeyUsages is { } usages
            && !usages.HasFlag(X509KeyUsageFlags.DigitalSignature)
            && !(usages.HasFlag(X509KeyUsageFlags.KeyEncipherment) && KeyStrength.RsaBitsOf(leaf) is not null)
                ? $"the key usage of {leaf.Subject} allows neither signatures nor RSA key exchange: {usages}"
                : null;

    private sealed record Seen(byte[][] Chain, CertificateVerdict Verdict)
    {
        public bool Is(IReadOnlyList<ReadOnlyMemory<byte>> chain)
        {
            if (chain.Count != Chain.Length)
            {
                return false;
            }

            for (var i = 0; i < Chain.Length; i++)
            {
                if (!chain[i].Span.SequenceEqual(Chain[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }
}

/// <summary>The verdict on a server's chain.</summary>
/// <param name="Fault">What is wrong with it; <see langword="null"/> if it is accepted.</param>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Summary">The leaf, for the result.</param>
internal sealed record CertificateVerdict(FailureKind? Fault, string Detail, CertificateSummary? Summary);

/// <summary>One certificate of a chain, with what the platform says is wrong with it.</summary>
internal sealed record ChainLink(string Subject, DateTimeOffset NotBefore, DateTimeOffset NotAfter, X509ChainStatusFlags Faults);

/// <summary>Maps the faults of a chain to failure kinds, and those to alerts (RFC 8446 section 6.2).</summary>
internal static class ChainFailures
{
    /// <summary>
    /// What is wrong with a chain, and which certificate it is about; <see langword="null"/> for a chain without faults. Dates come
    /// first: an expired certificate is the most likely fault and the easiest to fix, and often makes the chain untrusted as well.
    /// A certificate that the server sent and the chain does not need is of no account.
    /// </summary>
    /// <param name="links">The chain as it was built, the leaf first.</param>
    /// <param name="faults">Its faults, all in one.</param>
    /// <param name="now">When it is judged.</param>
    public static (FailureKind Kind, string? Detail)? Classify(IReadOnlyList<ChainLink> links, X509ChainStatusFlags faults, DateTimeOffset now)
    {
        if (faults == X509ChainStatusFlags.NoError)
        {
            return null;
        }

        if (links.FirstOrDefault(link => link.Faults.HasFlag(X509ChainStatusFlags.NotTimeValid)) is { } outdated)
        {
            return outdated.NotAfter < now
                ? (FailureKind.CertificateExpired, $"{outdated.Subject} expired on {outdated.NotAfter:yyyy-MM-dd HH:mm:ss} UTC")
                : (FailureKind.CertificateNotYetValid, $"{outdated.Subject} is not valid before {outdated.NotBefore:yyyy-MM-dd HH:mm:ss} UTC");
        }

        const X509ChainStatusFlags untrusted = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain
            | X509ChainStatusFlags.ExplicitDistrust;
        return (
            (faults & untrusted) != 0 ? FailureKind.CertificateUntrusted : FailureKind.CertificateInvalid,
            links.FirstOrDefault(link => link.Faults != X509ChainStatusFlags.NoError)?.Subject);
    }

    /// <summary>The alert that reports a failure kind to the server.</summary>
    public static TlsAlert AlertOf(FailureKind kind) => kind switch
    {
        FailureKind.CertificateExpired or FailureKind.CertificateNotYetValid => TlsAlert.certificate_expired,
        FailureKind.CertificateUntrusted => TlsAlert.unknown_ca,
        FailureKind.CertificateWrongName => TlsAlert.certificate_unknown,
        _ => TlsAlert.bad_certificate,
    };
}
