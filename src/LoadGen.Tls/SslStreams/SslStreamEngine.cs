using System.Collections.Frozen;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Dialling;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.SslStreams;

/// <summary><see cref="SslStream"/> over the system's TLS library: what a .NET client does. It shows connect and total times only.</summary>
internal sealed class SslStreamEngine : IHandshakeEngine
{
    public const string EngineName = "sslstream";

    private readonly Plan _plan;
    private readonly TimeProvider _clock;
    private readonly Dialer _dialer;
    private readonly CertificateVerifier[][] _verifiers;
    private readonly InTurn<SslClientAuthenticationOptions>[][] _options;
    private readonly NegotiatedPool _pool = new();

    /// <exception cref="ArgumentException">The plan's source addresses are not of this machine.</exception>
    public SslStreamEngine(Plan plan, TimeProvider clock)
    {
        _plan = plan;
        _clock = clock;
        _dialer = new Dialer(plan, clock);
        _verifiers = [.. plan.Targets.Select(target => CertificateVerifier.ForEachName(target, plan.Limits.RsaBits))];
        _options = [.. plan.Targets.Zip(_verifiers, (target, names) => plan.Profiles
            .Select(profile => new InTurn<SslClientAuthenticationOptions>([.. names.Select((verifier, i) => OptionsOf(new OfferedName(i, verifier.ServerName, target.Sni), profile, verifier))]))
            .ToArray())];
    }

    public static EngineCapabilities Capabilities { get; } = new()
    {
        Rank = 2,
        TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls12, TlsVersion.Tls13]),
        // CipherSuitesPolicy needs OpenSSL underneath.
        CipherSuites = OperatingSystem.IsLinux() ? Enum.GetNames<TlsCipherSuite>().ToFrozenSet() : FrozenSet<string>.Empty,
        Groups = FrozenSet<string>.Empty,
        SignatureSchemes = FrozenSet<string>.Empty,
        Features = FrozenSet<EngineFeature>.Empty,
        Phases = FrozenSet.ToFrozenSet([Phase.Dns, Phase.TcpConnect, Phase.ProxyConnect, Phase.StartTls]),
    };

    public string Name => EngineName;

    public string Crypto { get; } = $"system ({CryptoLibraries.Platform})";

    public IHandshakeClient CreateClient() => new SslStreamClient(_plan, _dialer, _options, _pool, _clock);

    public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => _dialer.FindRefusedAsync(cancellation);

    public void Dispose() => Array.ForEach(_verifiers, names => Array.ForEach(names, verifier => verifier.Dispose()));

    private static SslClientAuthenticationOptions OptionsOf(OfferedName name, Profile profile, CertificateVerifier verifier) => new()
    {
        // Without a name it sends none, as for an address.
        TargetHost = name.Indication ?? "",
        EnabledSslProtocols = profile.TlsVersions.Aggregate(SslProtocols.None, (all, version) => all | SslStreamVersions.ProtocolOf(version)),
        // SslStream resumes sessions by default and does not report it.
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (stream, certificate, chain, _) => ((JudgingStream)stream).Accepts(certificate, chain, verifier),
        CipherSuitesPolicy = profile.CipherSuites.Count > 0 && OperatingSystem.IsLinux()
            ? new CipherSuitesPolicy(profile.CipherSuites.Select(Enum.Parse<TlsCipherSuite>))
            : null,
        ApplicationProtocols = profile.Alpn.Count > 0 ? [.. profile.Alpn.Select(name => new SslApplicationProtocol(name))] : null,
    };
}

/// <summary>A stream that keeps the verdict on its server's certificate, which the callback cannot return.</summary>
internal sealed class JudgingStream(Stream inner) : SslStream(inner, leaveInnerStreamOpen: false)
{
    /// <summary>The verdict; <see langword="null"/> before the certificate came.</summary>
    public CertificateVerdict? Verdict { get; private set; }

    /// <summary>Judges the server's chain.</summary>
    public bool Accepts(X509Certificate? leaf, X509Chain? chain, CertificateVerifier verifier)
    {
        ReadOnlyMemory<byte>[] sent = leaf is null ? [] : [leaf.GetRawCertData(), .. chain!.ChainPolicy.ExtraStore.Select(each => each.RawDataMemory)];
        Verdict = verifier.Verify(sent);
        return Verdict.Fault is null;
    }
}

/// <summary>The client of one connection slot on <see cref="SslStream"/>, which does its own IO.</summary>
internal sealed class SslStreamClient : IHandshakeClient
{
    private readonly Dialer _dialer;
    private readonly Attempt _attempt;
    private readonly Closing _closing;
    private readonly InTurn<SslClientAuthenticationOptions>[][] _options;
    private readonly NegotiatedPool _pool;

    public SslStreamClient(Plan plan, Dialer dialer, InTurn<SslClientAuthenticationOptions>[][] options, NegotiatedPool pool, TimeProvider clock)
    {
        _dialer = dialer;
        _options = options;
        _pool = pool;
        _attempt = new Attempt(clock);
        _closing = new Closing(plan, clock);
    }

    public async ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
    {
        using var ending = _attempt.Begin(cancellation);
        using var connection = await _dialer.DialAsync(target, _attempt);
        if (connection is null)
        {
            return _attempt.Failed();
        }

        await using var stream = new JudgingStream(new TracedStream(new NetworkStream(connection.Socket, ownsSocket: false), _attempt));
        var outcome = await AuthenticateAsync(stream, _options[target][profile].Next()!);
        if (outcome.IsCompleted)
        {
            if (_closing.IsNotified)
            {
                await NotifyCloseAsync(stream);
            }

            await _closing.CloseAsync(connection, target, outcome.Negotiated.ServerConfirmed, closeNotify: default);
        }

        return outcome;
    }

    // Without EngineFeature.Hold no profile of this engine holds connections.
    public ValueTask<HoldEnd?> HoldAsync(CancellationToken cancellation) => ValueTask.FromResult<HoldEnd?>(null);

    public void Dispose()
    {
        _closing.Dispose();
        _attempt.Dispose();
    }

    private async ValueTask<Outcome> AuthenticateAsync(JudgingStream stream, SslClientAuthenticationOptions options)
    {
        var began = _attempt.Restart();
        try
        {
            await stream.AuthenticateAsClientAsync(options, _attempt.Deadline);
            if (_attempt.IsTooLate())
            {
                return _attempt.Failed(stream.Verdict?.Summary);
            }

            var version = SslStreamVersions.VersionOf(stream.SslProtocol);
            var protocol = stream.NegotiatedApplicationProtocol.Protocol;
            var negotiated = _pool.Get(new NegotiatedKey(
                version, stream.NegotiatedCipherSuite, Group: null, SignatureScheme: null, protocol.IsEmpty ? null : Encoding.UTF8.GetString(protocol.Span))
            {
                ServerConfirmed = version < TlsVersion.Tls13,
            });
            return _attempt.Completed(negotiated, began, stream.Verdict?.Summary);
        }
        catch (Exception error)
        {
            Fail(error, stream.Verdict);
            return _attempt.Failed(stream.Verdict?.Summary);
        }
    }

    private static async ValueTask NotifyCloseAsync(SslStream stream)
    {
        try
        {
            await stream.ShutdownAsync();
        }
        catch (Exception)
        {
            // The peer closed first, which does not change the outcome.
        }
    }

    private void Fail(Exception error, CertificateVerdict? verdict)
    {
        var causes = CausesOf(error).ToList();
        if (verdict?.Fault is { } kind)
        {
            _attempt.Fail(kind, FaultSide.Server, verdict.Detail, ChainFailures.AlertOf(kind).Name());
        }
        else if (causes.OfType<SocketException>().FirstOrDefault() is { } socketError)
        {
            _attempt.Fail(socketError);
        }
        else if (verdict is null && error is CryptographicException)
        {
            // SslStream builds a chain of its own before the callback, and throws this for a malformed extension.
            _attempt.Fail(FailureKind.CertificateInvalid, FaultSide.Server, $"malformed certificate: {error.Message}");
        }
        else if (error is AuthenticationException or IOException)
        {
            var (failure, side, alert) = SslStreamFailures.Classify(causes.Select(cause => cause.Message));
            _attempt.Fail(failure, side, SslStreamFailures.Explain(failure, alert, causes[^1].Message), alert);
        }
        else
        {
            _attempt.Fail(error);
        }
    }

    private static IEnumerable<Exception> CausesOf(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}

/// <summary>TLS versions as SslStream has them.</summary>
internal static class SslStreamVersions
{
#pragma warning disable CA5397, CA5398 // The plan chooses the versions: they are what is measured.
    public static SslProtocols ProtocolOf(TlsVersion version) => version == TlsVersion.Tls12 ? SslProtocols.Tls12 : SslProtocols.Tls13;

    public static TlsVersion VersionOf(SslProtocols protocol) => protocol == SslProtocols.Tls12 ? TlsVersion.Tls12 : TlsVersion.Tls13;
#pragma warning restore CA5397, CA5398
}

/// <summary>Maps the errors of SslStream to failure kinds. Their causes are only in texts and error codes of the library underneath.</summary>
internal static partial class SslStreamFailures
{
    /// <summary>OpenSSL reports a received fatal alert as the reason 1000 + its number (SSL_R_SSLV3_ALERT_..., in sslerr.h); 0 is close_notify.</summary>
    private const int FirstAlertReason = 1000;

    /// <summary>
    /// What OpenSSL says of a certificate that it does not even show: bytes behind it, a key that may not sign (both names of it), and
    /// bytes that are no certificate (SSL_R_CERT_LENGTH_MISMATCH, SSL_R_BAD_ECC_CERT, SSL_R_ECC_CERT_NOT_FOR_SIGNING, ERR_R_ASN1_LIB).
    /// </summary>
    private static readonly int[] CertificateReasons = [135, 304, 318, 0x8000d];

    /// <summary>A reason is the low 23 bits of an error code of OpenSSL 3 (ERR_GET_REASON, in err.h).</summary>
    private const int ReasonMask = 0x7fffff;

    /// <summary>The warning that OpenSSL takes as an error (SSL_R_NO_RENEGOTIATION).</summary>
    private const int NoRenegotiation = 339;

    /// <summary>DER that cannot be read (ERR_R_ASN1_LIB, in err.h), which of all messages only the certificate's has to be.</summary>
    private const int UnreadableCertificate = 0x8000d;

    /// <summary>A certificate with a key of no known kind (SSL_R_UNABLE_TO_FIND_PUBLIC_KEY_PARAMETERS).</summary>
    private const int UnusableKey = 239;

    /// <summary>The kind, the side and the alert of an error, by its messages from the outermost to the innermost.</summary>
    public static (FailureKind Kind, FaultSide Side, string? Alert) Classify(IEnumerable<string> messages)
    {
        foreach (var message in messages)
        {
            if (ErrorCode().Match(message) is { Success: true } match)
            {
                var reason = Convert.ToInt32(match.Groups["code"].Value, 16) & ReasonMask;
                if (reason is UnreadableCertificate or UnusableKey)
                {
                    return (FailureKind.CertificateInvalid, FaultSide.Server, null);
                }

                if (reason == NoRenegotiation)
                {
                    return (FailureKind.AlertReceived, FaultSide.Server, TlsAlert.no_renegotiation.Name());
                }

                if (reason == FirstAlertReason)
                {
                    return (FailureKind.ClosedEarly, FaultSide.Server, null);
                }

                if (reason is > FirstAlertReason and <= FirstAlertReason + byte.MaxValue)
                {
                    return (FailureKind.AlertReceived, FaultSide.Server, ((TlsAlert)(reason - FirstAlertReason)).Name());
                }

                if (CertificateReasons.Contains(reason))
                {
                    return (FailureKind.CertificateInvalid, FaultSide.Server, null);
                }
            }

            // SSL_ERROR_ZERO_RETURN is a close_notify.
            if (message.Contains("SSL_ERROR_ZERO_RETURN", StringComparison.Ordinal) || message.Contains("unexpected EOF", StringComparison.OrdinalIgnoreCase) || message.Contains("0 bytes from the transport", StringComparison.OrdinalIgnoreCase))
            {
                return (FailureKind.ClosedEarly, FaultSide.Server, null);
            }
        }

        return (FailureKind.ProtocolError, FaultSide.Server, null);
    }

    /// <summary>A sentence for people, as the other engine would have it; the innermost message is often a code and a reason of OpenSSL's.</summary>
    public static string Explain(FailureKind kind, string? alert, string message)
    {
        var reason = ErrorCode().Match(message) is { Success: true } match
            ? $"{message[(message.LastIndexOf(':') + 1)..]} (OpenSSL error {match.Groups["code"].Value})"
            : message;
        return kind switch
        {
            FailureKind.AlertReceived => $"the server sent alert {alert}",
            FailureKind.ClosedEarly => "the server closed the connection before the handshake finished",
            FailureKind.CertificateInvalid => $"malformed certificate: {reason}",
            _ => $"the server broke the protocol: {reason}",
        };
    }

    [GeneratedRegex("error:(?<code>[0-9A-Fa-f]{8}):")]
    private static partial Regex ErrorCode();
}
