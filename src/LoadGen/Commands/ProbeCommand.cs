using System.CommandLine;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Running;
using LoadGen.Tls;
using Spectre.Console;

namespace LoadGen.Commands;

/// <summary><c>loadgen probe</c>: one handshake, shown in full.</summary>
internal sealed class ProbeCommand
{
    private readonly Argument<string> _target = new("HOST:PORT") { Description = "What to connect to." };
    private readonly Option<string?> _engine = new("--engine") { HelpName = "NAME", Description = "TLS client: bouncycastle (default) or sslstream." };
    private readonly Option<string[]> _tls = new("--tls") { HelpName = "VERSION", Description = "Versions to offer: 1.2, 1.3; by default both." };
    private readonly Option<string?> _serverName = new("--servername") { HelpName = "NAME", Description = "Name to ask for and to find in the certificate." };
    private readonly Option<string?> _caCert = new("--cacert") { HelpName = "FILE", Description = "PEM file of the authorities to trust." };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Accept any certificate." };
    private readonly Option<string?> _timeout = new("--timeout") { HelpName = "DURATION", Description = "Deadline; by default 10s." };
    private readonly Option<string[]> _authorize = new("--authorize") { HelpName = "HOST|CIDR", Description = "Public address that you may connect to." };

    public static Verb Create()
    {
        var probe = new ProbeCommand();
        var command = new Command("probe", "One handshake, shown in full.")
        {
            probe._target, probe._engine, probe._tls, probe._serverName, probe._caCert, probe._insecure, probe._timeout, probe._authorize,
        };
        command.SetAction(probe.ExecuteAsync);
        return new Verb(command, ["loadgen probe 127.0.0.1:8443 --cacert ca.pem", "loadgen probe www.example.com:443 --authorize www.example.com"]);
    }

    private async Task<int> ExecuteAsync(ParseResult parse, CancellationToken cancellation)
    {
        var flags = new PlanFlags
        {
            Targets = [parse.GetValue(_target)!],
            Count = "1",
            Concurrency = "1",
            Engine = parse.GetValue(_engine),
            TlsVersions = parse.GetValue(_tls) ?? [],
            ServerNames = parse.GetValue(_serverName) is { } name ? [name] : [],
            CaCert = parse.GetValue(_caCert),
            Insecure = parse.GetValue(_insecure),
            Timeout = parse.GetValue(_timeout),
            Authorize = parse.GetValue(_authorize) ?? [],
        };
        if (PlanSource.Read(null, flags) is not { } plan)
        {
            return ExitCode.Usage;
        }

        using var engine = Engines.Create(plan, TimeProvider.System);
        var refusals = await engine.FindRefusedTargetsAsync(cancellation);
        if (refusals.Count > 0)
        {
            await Console.Error.WriteLineAsync($"loadgen: {refusals[0]}");
            return ExitCode.TargetRefused;
        }

        await WarmUp.RunAsync(plan, cancellation);
        using var client = engine.CreateClient();
        var outcome = await client.HandshakeAsync(0, 0, cancellation);
        Write(plan, outcome, AnsiConsole.Console);
        return outcome.IsCompleted ? ExitCode.Pass : ExitCode.ThresholdsFailed;
    }

    private static void Write(Plan plan, Outcome outcome, IAnsiConsole console)
    {
        var grid = new Grid().AddColumn(new GridColumn().PadRight(3)).AddColumn();
        void Row(string name, string value) => grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value));

        Row("target", plan.Targets[0].Address);
        Row("server name", plan.Targets[0].ServerName);
        Row("engine", plan.Engine);
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
            Row("version", $"TLS {outcome.Negotiated.TlsVersion.Name()}");
            Row("cipher suite", outcome.Negotiated.CipherSuite);
            Row("group", outcome.Negotiated.Group ?? "not seen");
            Row("session", outcome.Negotiated.Resumed ? "resumed" : "full");
        }

        if (outcome.Certificate is { } certificate)
        {
            var days = (certificate.NotAfter - DateTimeOffset.UtcNow).TotalDays;
            Row("certificate", certificate.Subject);
            Row("issuer", certificate.Issuer);
            Row("key", certificate.KeyType);
            Row("expires", $"{certificate.NotAfter:u} ({(days >= 0 ? $"in {days:F0} days" : $"{-days:F0} days ago")})");
        }

        console.Write(grid);
        if (!outcome.IsCompleted)
        {
            var failure = outcome.Failure;
            console.MarkupLineInterpolated(
                $"[red]failed:[/] {failure.Kind.Name()}{(failure.Alert is { } alert ? $" {alert}" : "")} in {failure.Phase.Name()} ({failure.Side.Name()}): {failure.Detail}");
        }
    }
}
