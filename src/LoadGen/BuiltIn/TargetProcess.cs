using System.Diagnostics;
using System.Text.Json;
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

    private readonly Process _process;

    private TargetProcess(Process process, Target target)
    {
        _process = process;
        Target = target;
    }

    /// <summary>How to reach it, and whom to trust.</summary>
    public Target Target { get; }

    /// <param name="givesSessions">Whether it gives out sessions and resumes them; a run that does not ask for that is spared their cost.</param>
    /// <param name="cancellation">Ends the wait for it.</param>
    /// <exception cref="TargetProcessException">It did not start.</exception>
    public static async Task<TargetProcess> StartAsync(bool givesSessions, CancellationToken cancellation)
    {
        var process = Process.Start(StartInfo(givesSessions)) ?? throw new TargetProcessException("the built-in target could not be started");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new TargetProcessException("the built-in target ended before it was ready");
            var ready = JsonSerializer.Deserialize(line, TargetProcessJson.Default.TargetReady)
                ?? throw new TargetProcessException("the built-in target did not say where it listens");
            return new TargetProcess(process, new Target
            {
                Name = "built-in",
                Host = "127.0.0.1",
                Port = ready.Port,
                ServerName = "localhost",
                Trust = new Trust.Authorities(ready.Authority),
            });
        }
        catch (Exception)
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Ends the target once every connection is over, and says what it counted.</summary>
    public async Task<BuiltInTargetCounts> StopAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        _process.StandardInput.Close();
        var line = await _process.StandardOutput.ReadLineAsync(patience.Token)
            ?? throw new TargetProcessException("the built-in target ended without its counts");
        await _process.WaitForExitAsync(patience.Token);
        return JsonSerializer.Deserialize(line, TargetProcessJson.Default.BuiltInTargetCounts)
            ?? throw new TargetProcessException("the built-in target ended without its counts");
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
