using System.Collections.Frozen;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
    private readonly CertificateVerifier[] _verifiers;

    public SslStreamEngine(Plan plan, TimeProvider clock)
    {
        _plan = plan;
        _clock = clock;
        _dialer = new Dialer(plan, clock);
        _verifiers = [.. plan.Targets.Select(target => new CertificateVerifier(target, plan.Limits.RsaBits))];
    }

    public static EngineCapabilities Capabilities { get; } = new()
    {
        TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls12, TlsVersion.Tls13]),
        // CipherSuitesPolicy needs OpenSSL underneath.
        CipherSuites = OperatingSystem.IsLinux() ? Enum.GetNames<TlsCipherSuite>().ToFrozenSet() : FrozenSet<string>.Empty,
        Groups = FrozenSet<string>.Empty,
        SignatureSchemes = FrozenSet<string>.Empty,
        Features = FrozenSet<EngineFeature>.Empty,
        Phases = FrozenSet.ToFrozenSet([Phase.Dns, Phase.TcpConnect]),
    };

    public string Name => EngineName;

    public string Crypto { get; } = $"system ({CryptoLibraries.Platform})";

    public IHandshakeClient CreateClient() => new SslStreamClient(_plan, _dialer, _verifiers, _clock);

    public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => _dialer.FindRefusedAsync(cancellation);

    public void Dispose() => Array.ForEach(_verifiers, verifier => verifier.Dispose());
}

/// <summary>The client of one connection slot on <see cref="SslStream"/>, which does its own IO.</summary>
internal sealed class SslStreamClient : IHandshakeClient
{
    private readonly Plan _plan;
    private readonly Dialer _dialer;
    private readonly Attempt _attempt;
    private readonly SslClientAuthenticationOptions[][] _options;
    private CertificateVerdict? _verdict;

    public SslStreamClient(Plan plan, Dialer dialer, CertificateVerifier[] verifiers, TimeProvider clock)
    {
        _plan = plan;
        _dialer = dialer;
        _attempt = new Attempt(clock);
        _options = [.. plan.Targets.Select((target, i) => plan.Profiles.Select(profile => OptionsOf(target, profile, verifiers[i])).ToArray())];
    }

    public async ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
    {
        _verdict = null;
        using var ending = _attempt.Begin(cancellation);
        using var connection = await _dialer.DialAsync(target, _attempt);
        if (connection is null)
        {
            return _attempt.Failed();
        }

        _attempt.StartDeadline(_plan.Limits.HandshakeTimeout);
        await using var stream = new SslStream(new NetworkStream(connection.Socket, ownsSocket: false), leaveInnerStreamOpen: false);
        var outcome = await AuthenticateAsync(stream, _options[target][profile]);
        if (outcome.IsCompleted)
        {
            if (_plan.Close == CloseMode.Notify)
            {
                await NotifyCloseAsync(stream);
            }

            connection.Close(_plan.Close);
        }

        return outcome;
    }

    // Without EngineFeature.Hold no profile of this engine holds connections.
    public ValueTask<HoldEnd?> HoldAsync(CancellationToken cancellation) => ValueTask.FromResult<HoldEnd?>(null);

    public void Dispose() => _attempt.Dispose();

    private async ValueTask<Outcome> AuthenticateAsync(SslStream stream, SslClientAuthenticationOptions options)
    {
        var began = _attempt.Restart();
        try
        {
            await stream.AuthenticateAsClientAsync(options, _attempt.Deadline);
            if (_attempt.IsTooLate())
            {
                return _attempt.Failed(_verdict?.Summary);
            }

            var negotiated = new Negotiated(VersionOf(stream.SslProtocol), stream.NegotiatedCipherSuite.ToString(), Group: null, Resumed: false);
            return _attempt.Completed(negotiated, began, _verdict?.Summary);
        }
        catch (Exception error)
        {
            Fail(error);
            return _attempt.Failed(_verdict?.Summary);
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

    private void Fail(Exception error)
    {
        var causes = CausesOf(error).ToList();
        if (_verdict is { Fault: { } kind } verdict)
        {
            _attempt.Fail(kind, FaultSide.Server, verdict.Detail, ChainFailures.AlertOf(kind).Name());
        }
        else if (causes.OfType<SocketException>().FirstOrDefault() is { } socketError)
        {
            _attempt.Fail(socketError);
        }
        else if (_verdict is null && error is CryptographicException)
        {
            // SslStream builds a chain of its own before the callback, and throws this for a malformed extension.
            _attempt.Fail(FailureKind.CertificateInvalid, FaultSide.Server, $"malformed certificate: {error.Message}");
        }
        else if (error is AuthenticationException or IOException)
        {
            var (failure, side, alert) = SslStreamFailures.Classify(causes.Select(cause => cause.Message));
            _attempt.Fail(failure, side, causes[^1].Message, alert);
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

    private SslClientAuthenticationOptions OptionsOf(Target target, Profile profile, CertificateVerifier verifier) => new()
    {
        TargetHost = target.ServerName,
        EnabledSslProtocols = profile.TlsVersions.Aggregate(SslProtocols.None, (all, version) => all | ProtocolOf(version)),
        // SslStream resumes sessions by default and does not report it.
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, chain, _) => Accepts(certificate, chain, verifier),
        CipherSuitesPolicy = profile.CipherSuites.Count > 0 && OperatingSystem.IsLinux()
            ? new CipherSuitesPolicy(profile.CipherSuites.Select(Enum.Parse<TlsCipherSuite>))
            : null,
        ApplicationProtocols = profile.Alpn.Count > 0 ? [.. profile.Alpn.Select(name => new SslApplicationProtocol(name))] : null,
    };

    private bool Accepts(X509Certificate? leaf, X509Chain? chain, CertificateVerifier verifier)
    {
        ReadOnlyMemory<byte>[] sent = leaf is null ? [] : [leaf.GetRawCertData(), .. chain!.ChainPolicy.ExtraStore.Select(each => each.RawDataMemory)];
        _verdict = verifier.Verify(sent);
        return _verdict.Fault is null;
    }

#pragma warning disable CA5397, CA5398 // The plan chooses the versions: they are what is measured.
    private static SslProtocols ProtocolOf(TlsVersion version) => version == TlsVersion.Tls12 ? SslProtocols.Tls12 : SslProtocols.Tls13;

    private static TlsVersion VersionOf(SslProtocols protocol) => protocol == SslProtocols.Tls12 ? TlsVersion.Tls12 : TlsVersion.Tls13;
#pragma warning restore CA5397, CA5398
}

/// <summary>Maps the errors of SslStream to failure kinds. Their causes are only in texts and error codes of the library underneath.</summary>
internal static partial class SslStreamFailures
{
    /// <summary>OpenSSL reports a received alert as the reason 1000 + its number (SSL_R_SSLV3_ALERT_..., in sslerr.h).</summary>
    private const int FirstAlertReason = 1000;

    /// <summary>
    /// What OpenSSL says of a certificate that it does not even show: bytes behind it, a key that may not sign (both names of it), and
    /// bytes that are no certificate (SSL_R_CERT_LENGTH_MISMATCH, SSL_R_BAD_ECC_CERT, SSL_R_ECC_CERT_NOT_FOR_SIGNING, ERR_R_ASN1_LIB).
    /// </summary>
    private static readonly int[] CertificateReasons = [135, 304, 318, 0x8000d];

    /// <summary>A reason is the low 23 bits of an error code of OpenSSL 3 (ERR_GET_REASON, in err.h).</summary>
    private const int ReasonMask = 0x7fffff;

    /// <summary>The kind, the side and the alert of an error, by its messages from the outermost to the innermost.</summary>
    public static (FailureKind Kind, FaultSide Side, string? Alert) Classify(IEnumerable<string> messages)
    {
        foreach (var message in messages)
        {
            if (ErrorCode().Match(message) is { Success: true } match)
            {
                var reason = Convert.ToInt32(match.Groups["code"].Value, 16) & ReasonMask;
                if (reason is >= FirstAlertReason and <= FirstAlertReason + byte.MaxValue)
                {
                    return (FailureKind.AlertReceived, FaultSide.Server, ((TlsAlert)(reason - FirstAlertReason)).Name());
                }

                if (CertificateReasons.Contains(reason))
                {
                    return (FailureKind.CertificateInvalid, FaultSide.Server, null);
                }
            }

            if (message.Contains("unexpected EOF", StringComparison.OrdinalIgnoreCase) || message.Contains("0 bytes from the transport", StringComparison.OrdinalIgnoreCase))
            {
                return (FailureKind.ClosedEarly, FaultSide.Server, null);
            }
        }

        return (FailureKind.ProtocolError, FaultSide.Server, null);
    }

    [GeneratedRegex("error:(?<code>[0-9A-Fa-f]{8}):")]
    private static partial Regex ErrorCode();
}
