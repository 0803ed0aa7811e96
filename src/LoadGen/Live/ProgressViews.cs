using LoadGen.Core;
using LoadGen.Core.Runs;
using LoadGen.Reports;
using Spectre.Console;

namespace LoadGen.Live;

/// <summary>Chooses the view that suits where the output goes.</summary>
internal static class ProgressViews
{
    /// <param name="console">Where to write.</param>
    /// <param name="quiet">Show nothing at all.</param>
    public static IProgressView For(IAnsiConsole console, bool quiet) => quiet
        ? new NoProgress()
        : console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi ? new TerminalProgress(console) : new PlainProgress(console);

    private sealed class NoProgress : IProgressView
    {
        public void Show(RunProgress progress)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>Shows a run in progress.</summary>
internal interface IProgressView : IAsyncDisposable
{
    /// <summary>The run has come this far. Does not block.</summary>
    void Show(RunProgress progress);
}

/// <summary>One line a second, for logs and pipes.</summary>
internal sealed class PlainProgress(IAnsiConsole console) : IProgressView
{
    /// <summary>What workers do before the load.</summary>
    public const string Preparing = "preparing workers (compiling, warm-up handshakes against a server of their own)";

    private RunStage? _last;
    private int _second;

    public void Show(RunProgress progress)
    {
        if (progress.Stage is RunStage.Running or RunStage.Stopping)
        {
            var second = (int)progress.Elapsed.TotalSeconds;
            if (second > _second)
            {
                _second = second;
                console.Profile.Out.Writer.WriteLine(Line(progress));
            }
        }
        else if (progress.Stage != _last && progress.Stage != RunStage.Ended)
        {
            console.Profile.Out.Writer.WriteLine(progress.Stage == RunStage.Forming ? "waiting for workers" : Preparing);
        }

        _last = progress.Stage;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Line(RunProgress progress)
    {
        var kinds = progress.Failures.Count == 0 ? "" : $" ({string.Join(", ", progress.Failures.Select(kind => $"{kind.Key.Name()} {kind.Value:N0}"))})";
        return Line(
            progress.Elapsed.TotalSeconds,
            progress.CompletedPerSecond,
            RunResult.BooksPart.Of(progress.Ended),
            kinds,
            progress.InFlight,
            progress.Response?.P50.TotalMilliseconds,
            progress.Response?.P99.TotalMilliseconds,
            progress.Workers.Count(worker => worker.Stage != WorkerStage.Lost));
    }

    /// <summary>A second of a run as one line; its times are of responses since the start.</summary>
    public static string Line(double seconds, double perSecond, RunResult.BooksPart books, string failureKinds, long inFlight, double? p50Ms, double? p99Ms, int workers)
    {
        var response = p50Ms is { } p50 && p99Ms is { } p99
            ? $"response p50 {Figures.Milliseconds(p50)} ms  p99 {Figures.Milliseconds(p99)} ms"
            : "no handshake completed yet";
        return $"{Math.Floor(seconds),5:F0} s  {perSecond,7:N0}/s  completed {books.Completed:N0}{(books.Partial is { } partial ? $"  partial {partial:N0}" : "")}  failed {books.Failed:N0}{failureKinds}  "
            + $"dropped {books.Dropped:N0}  in flight {inFlight:N0}  {response}  workers {workers}";
    }
}
