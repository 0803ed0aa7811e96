using System.CommandLine;
using System.Text;
using LoadGen.Core.Plans;
using LoadGen.Reports;
using LoadGen.Running;
using LoadGen.Tls;
using LoadGen.Tls.Probing;
using Spectre.Console;

namespace LoadGen.Commands;

/// <summary><c>loadgen probe</c>: one handshake, shown in full.</summary>
internal sealed class ProbeCommand
{
    private readonly Argument<string> _target = new("HOST:PORT") { Description = "What to connect to." };
    private readonly Option<string?> _engine = Text("--engine", "NAME", "TLS client: bouncycastle (default) or sslstream.");
    private readonly Option<string[]> _tls = List("--tls", "VERSION", "Versions to offer: 1.0 to 1.3; by default 1.2 and 1.3.");
    private readonly Option<string[]> _ciphers = List("--cipher", "SUITE", "Cipher suites to offer, by IANA name.");
    private readonly Option<string[]> _groups = List("--group", "GROUP", "Groups to offer, such as x25519.");
    private readonly Option<string[]> _alpn = List("--alpn", "PROTOCOL", "Application protocols to offer.");
    private readonly Option<string?> _serverName = Text("--servername", "NAME", "Name to ask for and to find in the certificate.");
    private readonly Option<string?> _startTls = Text("--starttls", "PROTOCOL", "Protocol before TLS, such as smtp.");
    private readonly Option<string[]> _certs = List("--cert", "FILE[:PASSWORD]", "Client certificate, PEM or PKCS #12.");
    private readonly Option<string[]> _keys = List("--key", "FILE", "Its private key, if it is in another file.");
    private readonly Option<string?> _caCert = Text("--cacert", "FILE", "PEM file of the authorities to trust.");
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Accept any certificate." };
    private readonly Option<string?> _timeout = Text("--timeout", "DURATION", "Deadline; by default 10s.");
    private readonly Option<string[]> _authorize = List("--authorize", "HOST|CIDR", "Public address that you may connect to.");
    private readonly Option<string?> _json = Text("--json", "FILE|-", "Write what was seen as JSON; - for standard output.");

    public static Verb Create()
    {
        var probe = new ProbeCommand();
        var command = new Command("probe", "One handshake, shown in full: times, what was negotiated, the chain, tickets, preferences.")
        {
            probe._target, probe._engine, probe._tls, probe._ciphers, probe._groups, probe._alpn, probe._serverName, probe._startTls,
            probe._certs, probe._keys, probe._caCert, probe._insecure, probe._timeout, probe._authorize, probe._json,
        };
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
        var flags = new PlanFlags
        {
            Targets = [parse.GetValue(_target)!],
            Count = "1",
            Concurrency = "1",
            Engine = parse.GetValue(_engine),
            TlsVersions = parse.GetValue(_tls) ?? [],
            CipherSuites = parse.GetValue(_ciphers) ?? [],
            Groups = parse.GetValue(_groups) ?? [],
            Alpn = parse.GetValue(_alpn) ?? [],
            ServerNames = parse.GetValue(_serverName) is { } name ? [name] : [],
            StartTls = parse.GetValue(_startTls),
            Certificates = parse.GetValue(_certs) ?? [],
            Keys = parse.GetValue(_keys) ?? [],
            CaCert = parse.GetValue(_caCert),
            Insecure = parse.GetValue(_insecure),
            Timeout = parse.GetValue(_timeout),
            Authorize = parse.GetValue(_authorize) ?? [],
        };
        var problems = new Problems();
        using var json = parse.GetValue(_json) is { } path ? Output.Open("--json", path, problems) : null;
        if (problems.Any)
        {
            return problems.Tell();
        }

        if (PlanSource.Read(null, flags) is not { } plan)
        {
            return ExitCode.Usage;
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
        var report = await new Prober(plan, TimeProvider.System).RunAsync(cancellation);
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

    private static Option<string?> Text(string name, string value, string description)
        => new(name) { HelpName = value, Description = description };

    private static Option<string[]> List(string name, string value, string description)
        => new(name) { HelpName = value, Description = description, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
}
