using System.Text.Json;
using System.Text.Json.Serialization;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Probing;

namespace LoadGen.Reports;

/// <summary>One handshake as JSON. Times are milliseconds; what was not seen is absent.</summary>
internal static class ProbeJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Write(Plan plan, ProbeReport report)
    {
        var outcome = report.Outcome;
        return JsonSerializer.Serialize(
            new
            {
                Target = plan.Targets[0].Address,
                Addresses = report.Addresses.Select(address => address.ToString()),
                plan.Targets[0].ServerName,
                plan.EngineNames,
                PhasesMs = Enum.GetValues<Phase>()
                    .Where(phase => outcome.Phases[phase] is not null)
                    .ToDictionary(phase => phase.Name(), phase => outcome.Phases[phase]!.Value.TotalMilliseconds),
                HandshakeMs = outcome.Handshake?.TotalMilliseconds,
                Negotiated = outcome.Negotiated is { } negotiated
                    ? new
                    {
                        TlsVersion = negotiated.TlsVersion.Name(),
                        negotiated.CipherSuite,
                        negotiated.Group,
                        negotiated.SignatureScheme,
                        negotiated.Alpn,
                        negotiated.Resumed,
                        negotiated.HelloRetryRequest,
                        ClientCertificateRequested = negotiated.CertificateRequested,
                        negotiated.ClientCertificate,
                        negotiated.OcspStapled,
                    }
                    : null,
                Preferences = new { report.SuiteInReverse, report.PrefersItsOwnOrder, Groups = report.ServerGroups },
                TicketLifetimesSeconds = report.TicketLifetimes.Select(lifetime => lifetime.TotalSeconds),
                report.ClientCertificateRequest,
                report.Chain,
                report.ChainVerdict,
                report.Warnings,
                Failure = outcome.Failure is { } failure
                    ? new { Kind = failure.Kind.Name(), Phase = failure.Phase.Name(), failure.Alert, Side = failure.Side.Name(), failure.Detail }
                    : null,
            },
            Options);
    }
}
