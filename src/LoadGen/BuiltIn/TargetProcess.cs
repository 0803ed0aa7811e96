using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;

namespace LoadGen.BuiltIn;

/// <summary>
/// The target of a run that names none: <c>loadgen target</c> as a process of its own, so that its work is not counted as
/// the generator's. It lives as long as the pipe to it: if this process dies, however it dies, so does the target.
/// </summary>
internal sealed class TargetProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>An exit code above this is a signal's number.</summary>
    private const int SignalBase = 128;

    /// <summary>The line between the first, which says where it is, and the last, which says what it counted: it has warmed up.</summary>
    public const string Warm = "warm";

    private readonly Process _process;

    private TargetProcess(Process process, Target target)
    {
        _process = process;
        Target = target;
        Ended = WatchAsync();
        WarmedUp = process.StandardOutput.ReadLineAsync();
    }

    /// <summary>How to reach it, and whom to trust.</summary>
    public Target Target { get; }

    /// <summary>Ends when the process has, with a sentence that says how: while the load runs, it must not.</summary>
    public Task<string> Ended { get; }

    /// <summary>Ends when it has warmed up, or has ended.</summary>
    public Task WarmedUp { get; }

    /// <param name="givesSessions">Whether it gives out sessions and resumes them; a run that does not ask for that is spared their cost.</param>
    /// <param name="cancellation">Ends the wait for it.</param>
    /// <exception cref="TargetProcessException">It did not start.</exception>
    public static async Task<TargetProcess> StartAsync(bool givesSessions, CancellationToken cancellation)
    {
        var process = Launch(StartInfo(givesSessions));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new TargetProcessException("the built-in target ended before it was ready");
            var ready = JsonSerializer.Deserialize(line, TargetProcessJson.Default.TargetReady)
                ?? throw new TargetProcessException("the built-in target did not report its address");
            return new TargetProcess(process, new Target
            {
                Name = "built-in",
                Host = "127.0.0.1",
                Port = ready.Port,
                ServerName = "localhost",
                Trust = new Trust.Authorities(ready.Authority),
            });
        }
        catch (Exception error)
        {
            process.Kill();
            process.Dispose();
            throw error switch
            {
                OperationCanceledException when !cancellation.IsCancellationRequested
                    => new TargetProcessException($"the built-in target was not ready within {Patience.TotalSeconds:0} s"),
                JsonException => new TargetProcessException("the built-in target did not report its address"),
                _ => error,
            };
        }
    }

    /// <summary>Ends the target once every connection has ended, and says what it counted, or why that is not known.</summary>
    public async Task<(BuiltInTargetCounts? Counts, string? Problem)> StopAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            _process.StandardInput.Close();
            await WarmedUp.WaitAsync(patience.Token);
            var line = await _process.StandardOutput.ReadLineAsync(patience.Token);
            return line is not null && JsonSerializer.Deserialize(line, TargetProcessJson.Default.BuiltInTargetCounts) is { } counts
                ? (counts, null)
                : (null, await Ended.WaitAsync(patience.Token));
        }
        catch (OperationCanceledException)
        {
            return (null, $"the built-in target did not exit within {Patience.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            return (null, $"the built-in target did not report its counts: {error.Message}");
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> WatchAsync()
    {
        await _process.WaitForExitAsync();
        var code = _process.ExitCode;
        return $"the built-in target ended with exit code {code}{(code > SignalBase ? $" (signal {code - SignalBase})" : "")}";
    }

    private static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new TargetProcessException($"the built-in target could not be started: {error.Message}");
        }
    }

    // Started as `loadgen`, the process is the program; started as `dotnet loadgen.dll`, the program is its first argument.
    private static ProcessStartInfo StartInfo(bool givesSessions)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        foreach (var argument in (string[])["target", "--listen", "127.0.0.1:0", "--managed"])
        {
            start.ArgumentList.Add(argument);
        }

        if (givesSessions)
        {
            start.ArgumentList.Add("--resumption");
        }

        return start;
    }
}

/// <summary>The built-in target does not work; the message is fit for the user.</summary>
internal sealed class TargetProcessException(string message) : Exception(message);

/// <summary>The lines between the program and its managed target.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TargetReady))]
[JsonSerializable(typeof(BuiltInTargetCounts))]
internal sealed partial class TargetProcessJson : JsonSerializerContext;

/// <summary>The first line of a managed target: where it listens and whom to trust.</summary>
/// <param name="Port">On 127.0.0.1.</param>
/// <param name="Authority">PEM of the certificate to trust.</param>
internal sealed record TargetReady(int Port, string Authority);
