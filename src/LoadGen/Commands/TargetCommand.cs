using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LoadGen.BuiltIn;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Runs;
using LoadGen.TargetServer;

namespace LoadGen.Commands;

/// <summary><c>loadgen target</c>: the built-in TLS target alone.</summary>
internal static class TargetCommand
{
    private static readonly Flag<string> Listen = new("--listen", FlagGroups.Target)
    {
        Description = "Address to listen on; port 0 for any free one.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => "127.0.0.1:8443",
    };

    private static readonly Flag<string> Key = new("--key-type", FlagGroups.Target)
    {
        Description = "Key of its certificate: ecdsa (P-256) or rsa (2048 bits).",
        HelpName = "KIND",
        DefaultValueFactory = _ => "ecdsa",
    };

    private static readonly Flag<string[]> Tls = new("--tls", FlagGroups.Target)
    {
        Description = "Versions to accept: 1.2, 1.3.",
        HelpName = "VERSION",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Flag<bool> Resumption = new("--resumption", FlagGroups.Target) { Description = "Issue tickets and resume sessions." };

    private static readonly Flag<FileInfo?> AuthorityOut = new("--cacert-out", FlagGroups.Target)
    {
        Description = "Write the CA certificate to this file, for --cacert of the client.",
        HelpName = "FILE",
    };

    // For the run that started it: speaks JSON on standard output, and ends when standard input does.
    private static readonly Flag<bool> Managed = new("--managed", FlagGroups.Target) { Hidden = true };

    public static Verb Create()
    {
        Key.AcceptOnlyFromAmong("ecdsa", "rsa");
        Tls.AcceptOnlyFromAmong("1.2", "1.3");
        var command = new Command("target", "Runs the built-in TLS server alone.") { Listen, Key, Tls, Resumption, AuthorityOut, Managed };
        command.SetAction(RunAsync);
        return new Verb(command, ["loadgen target --listen 127.0.0.1:8443 --cacert-out ca.pem", "loadgen target --key-type rsa --tls 1.2"]);
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        if (!HostPort.TryParseEndPoint(parse.GetValue(Listen)!, out var listen))
        {
            Console.Error.WriteLine($"loadgen: --listen: '{parse.GetValue(Listen)}' is not an address; write an IP address and a port, such as 127.0.0.1:8443");
            return ExitCode.Usage;
        }

        var versions = parse.GetValue(Tls) is { Length: > 0 } named
            ? named.Select(name => name == "1.2" ? TlsVersion.Tls12 : TlsVersion.Tls13).Distinct().ToArray()
            : [TlsVersion.Tls13, TlsVersion.Tls12];
        var options = new BuiltInTargetOptions
        {
            Listen = listen,
            Key = parse.GetValue(Key) == "rsa" ? KeyKind.Rsa2048 : KeyKind.EcdsaP256,
            TlsVersions = versions,
            AllowResumption = parse.GetValue(Resumption),
        };
        try
        {
            await using var target = BuiltInTarget.Start(options);
            return parse.GetValue(Managed) ? await ServeManagedAsync(target, options) : await ServeAsync(target, parse.GetValue(AuthorityOut));
        }
        catch (SocketException error)
        {
            Console.Error.WriteLine($"loadgen: --listen: cannot listen on {listen}: {error.Message}");
            return ExitCode.Usage;
        }
    }

    private static async Task<int> ServeAsync(BuiltInTarget target, FileInfo? authorityOut)
    {
        if (authorityOut is not null)
        {
            try
            {
                await File.WriteAllTextAsync(authorityOut.FullName, target.Authority);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"loadgen: --cacert-out: {error.Message}");
                return ExitCode.Usage;
            }
        }

        Console.WriteLine($"listening on {target.EndPoint}; Ctrl-C to stop");
        using var signals = new StopSignals(_ => { });
        await signals.FirstSignal;
        var counts = await target.StopAsync(CancellationToken.None);
        Console.WriteLine($"handshakes: {counts.Full} full, {counts.Resumed} resumed, {counts.Failed} failed");
        return ExitCode.Pass;
    }

    private static async Task<int> ServeManagedAsync(BuiltInTarget target, BuiltInTargetOptions options)
    {
        // A Ctrl-C at the terminal reaches this process too, but the run that started it still has handshakes to finish.
        using var signals = new StopSignals(_ => { });
        var ready = new TargetReady(((IPEndPoint)target.EndPoint).Port, target.Authority);
        Console.WriteLine(JsonSerializer.Serialize(ready, TargetProcessJson.Default.TargetReady));
        await Rehearsal.RunAsync(options);
        Console.WriteLine(TargetProcess.Warm);

        // It blocks until the pipe is closed, whatever its name says, and must not do that to the sockets' thread that the rehearsal may end on.
        await Task.Factory.StartNew(() => Console.In.ReadToEnd(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var counts = await target.StopAsync(CancellationToken.None);
        Console.WriteLine(JsonSerializer.Serialize(
            new BuiltInTargetCounts(counts.Full, counts.Resumed, counts.Failed), TargetProcessJson.Default.BuiltInTargetCounts));
        return ExitCode.Pass;
    }
}
