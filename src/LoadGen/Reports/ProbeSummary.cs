using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Probing;
using Spectre.Console;

namespace LoadGen.Reports;

/// <summary>One handshake for a person at a terminal.</summary>
internal sealed class ProbeSummary
{
    private const int MostAuthorities = 10;

    private readonly Grid _grid = new Grid().AddColumn(new GridColumn().PadRight(3).NoWrap()).AddColumn();

    private ProbeSummary()
    {
    }

    public static void Write(Plan plan, ProbeReport report, IAnsiConsole console)
    {
        var summary = new ProbeSummary();
        summary.AddTarget(plan, report);
        summary.AddTimes(report.Outcome);
        if (report.Outcome is { IsCompleted: true, Negotiated: { } negotiated })
        {
            summary.AddNegotiated(negotiated, report);
        }

        summary.AddClientCertificate(report);
        summary.AddChain(report);
        console.Write(summary._grid);
        foreach (var warning in report.Warnings)
        {
            console.MarkupLineInterpolated($"[yellow]warning:[/] {warning}");
        }

        if (report.Outcome is { IsCompleted: false, Failure: var failure })
        {
            console.MarkupLineInterpolated(
                $"[red]failed:[/] {failure.Kind.Name()}{(failure.Alert is { } alert ? $" {alert}" : "")} in {failure.Phase.Name()} ({failure.Side.Name()}): {failure.Detail}");
        }
    }

    private void AddTarget(Plan plan, ProbeReport report)
    {
        var target = plan.Targets[0];
        Row("target", target.Address);
        Row("addresses", report.Addresses.Count > 0 ? string.Join(", ", report.Addresses) : "none (the name does not resolve)");
        Row("server name", target.ServerName);
        if (target.StartTls is { } protocol)
        {
            Row("starttls", protocol.Name());
        }

        Row("engine", plan.EngineNames);
    }

    private void AddTimes(Outcome outcome)
    {
        foreach (var phase in Enum.GetValues<Phase>())
        {
            if (outcome.Phases[phase] is { } took)
            {
                Row(phase.Name(), $"{took.TotalMilliseconds,9:F3} ms");
            }
        }

        if (outcome.IsCompleted)
        {
            Row("handshake", $"{outcome.Handshake.Value.TotalMilliseconds,9:F3} ms");
        }
    }

    private void AddNegotiated(Negotiated negotiated, ProbeReport report)
    {
        Row("version", $"TLS {negotiated.TlsVersion.Name()}");
        Row("cipher suite", negotiated.CipherSuite + report.PrefersItsOwnOrder switch
        {
            true => " (follows the server's order)",
            false => $" (follows the client's order: {report.SuiteInReverse} when offered first)",
            _ => "",
        });
        Row("group", (negotiated.Group ?? "not observed") + (negotiated.HelloRetryRequest ? " (after HelloRetryRequest)" : ""));
        if (report.ServerGroups.Count > 0)
        {
            Row("prefers groups", string.Join(", ", report.ServerGroups));
        }

        Row("signature", negotiated.SignatureScheme ?? "not observed");
        Row("protocol", negotiated.Alpn ?? "none negotiated");
        Row("session", negotiated.Resumed ? "resumed" : "full");
        if (negotiated.OcspStapled is { } stapled)
        {
            Row("OCSP", stapled ? "stapled" : "not stapled");
            Row("tickets", report.TicketLifetimes.Count == 0
                ? "none"
                : string.Join(", ", report.TicketLifetimes.GroupBy(lifetime => lifetime).Select(same => $"{same.Count()} for {Lifetime(same.Key)}")));
        }
    }

    private void AddClientCertificate(ProbeReport report)
    {
        if (report.ClientCertificateRequest is not { } request)
        {
            return;
        }

        Row("client cert", !request.Requested ? "not requested" : report.Outcome.Negotiated?.ClientCertificate == true ? "requested and sent" : "requested and not sent");
        foreach (var authority in request.Authorities.Take(MostAuthorities))
        {
            Row("", $"of {authority}");
        }

        if (request.Authorities.Count > MostAuthorities)
        {
            Row("", $"or {request.Authorities.Count - MostAuthorities} more authorities");
        }
    }

    private void AddChain(ProbeReport report)
    {
        foreach (var (certificate, i) in report.Chain.Select((certificate, i) => (certificate, i)))
        {
            Row(i == 0 ? "certificate" : $"issuer {i}", certificate.Subject);
            Row("", $"issued by {certificate.Issuer}, {certificate.KeyType}, signed with {certificate.SignatureAlgorithm}");
            Row("", certificate.DaysLeft >= 0
                ? $"expires {certificate.NotAfter:u} (in {certificate.DaysLeft} days)"
                : $"expired {certificate.NotAfter:u} ({-certificate.DaysLeft} days ago)");
            if (certificate.Names.Count > 0)
            {
                Row("", BoundedText.Of($"for {string.Join(", ", certificate.Names)}"));
            }
        }

        if (report.ChainVerdict is { } verdict)
        {
            Row("verified", verdict);
        }
    }

    private void Row(string name, string value) => _grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value));

    private static string Lifetime(TimeSpan time) => time.TotalHours >= 1 ? $"{time.TotalHours:0.#} h" : $"{time.TotalSeconds:0} s";
}
