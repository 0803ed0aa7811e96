using System.CommandLine;
using System.Text;
using LoadGen.Reports;
using LoadGen.Running;
using LoadGen.Running.Outputs;
using LoadGen.Tls;
using LoadGen.Tls.Probing;
using Spectre.Console;

namespace LoadGen.Commands;

/// <summary><c>loadgen probe</c>: one handshake, shown in full.</summary>
internal sealed class ProbeCommand
{
    private readonly Argument<string> _target = new("HOST:PORT") { Description = "What to connect to." };
    private readonly KeyLogFlag _keyLog = new();
    private readonly PlanOptions _plan = new(
        "--engine", "--crypto", "--tls", "--cipher", "--group", "--sigalg", "--alpn", "--servername", "--starttls", "--cert", "--key", "--cacert", "--insecure", "--ocsp", "--timeout", "--authorize");

    private readonly Flag<string?> _json = new("--json", FlagGroups.Output) { HelpName = "FILE|-", Description = "Write the report as JSON; - for standard output." };

    public static Verb Create()
    {
        var probe = new ProbeCommand();
        var command = new Command("probe", "Performs one handshake and shows it in full: times, parameters, certificate chain, tickets, preferences.") { probe._target };
        probe._plan.AddFlagsTo(command);
        probe._keyLog.AddTo(command);
        command.Add(probe._json);
        command.SetAction(probe.ExecuteAsync);
        return new Verb(command,
        [
            "loadgen probe 127.0.0.1:8443 --cacert ca.pem",
            "loadgen probe mail.internal:25 --starttls smtp --json -",
            "loadgen probe www.example.com:443 --authorize www.example.com",
        ]);
    }

    private async Task<int> ExecuteAsync(ParseResult parse, CancellationToken cancellation)
    {
        var flags = _plan.FlagsOf(parse).With("--target", parse.GetValue(_target)!).With("--concurrency", "1").With("--count", "1");
        var problems = new Problems();
        using var json = parse.GetValue(_json) is { } path ? Output.TryOpen(_json.Name, path, "name another file", Output.Open, problems) : null;
        using var keyLog = _keyLog.Open(parse, problems);
        if (problems.Any)
        {
            return problems.Tell();
        }

        if (PlanSource.Read(null, flags) is not { } plan)
        {
            return ExitCode.Usage;
        }

        _keyLog.Check(keyLog, plan, problems);
        if (problems.Any)
        {
            return problems.Tell();
        }

        using (var engine = Engines.Create(plan, TimeProvider.System))
        {
            var refusals = await engine.FindRefusedTargetsAsync(cancellation);
            if (refusals.Count > 0)
            {
                await Console.Error.WriteLineAsync($"loadgen: {refusals[0]}");
                return ExitCode.TargetRefused;
            }
        }

        await WarmUp.RunAsync(plan, cancellation);
        var report = await new Prober(plan, TimeProvider.System, keyLog).RunAsync(cancellation);
        if (!Output.IsStandardOutput(parse.GetValue(_json)))
        {
            ProbeSummary.Write(plan, report, AnsiConsole.Console);
        }

        try
        {
            json?.Write(Encoding.UTF8.GetBytes(ProbeJson.Write(plan, report)));
        }
        catch (Exception error) when (Output.IsExpected(error))
        {
            await Console.Error.WriteLineAsync($"loadgen: --json: cannot write to '{json!.Place}': {Output.Reason(error)}");
            return ExitCode.Fault;
        }

        return report.Outcome.IsCompleted ? ExitCode.Pass : ExitCode.ThresholdsFailed;
    }
}
