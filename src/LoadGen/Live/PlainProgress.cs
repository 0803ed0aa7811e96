using LoadGen.Core;
using LoadGen.Core.Runs;
using Spectre.Console;

namespace LoadGen.Live;

/// <summary>One line a second, for logs and pipes.</summary>
internal sealed class PlainProgress(IAnsiConsole console) : IProgressView
{
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
            console.Profile.Out.Writer.WriteLine(progress.Stage == RunStage.Forming ? "waiting for workers" : "getting ready");
        }

        _last = progress.Stage;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Line(RunProgress progress)
    {
        var response = progress.Response is { } summary
            ? $"p50 {Show(summary.P50)} ms  p99 {Show(summary.P99)} ms"
            : "no handshake completed yet";
        var failures = progress.Failures.Count == 0
            ? "0"
            : $"{progress.Ended.Failed} ({string.Join(", ", progress.Failures.Select(kind => $"{kind.Key.Name()} {kind.Value}"))})";
        return $"{Math.Floor(progress.Elapsed.TotalSeconds),5:F0} s  {progress.CompletedPerSecond,7:F0}/s  completed {progress.Ended.Completed}  "
            + $"failed {failures}  dropped {progress.Ended.Dropped}  in flight {progress.InFlight}  {response}  "
            + $"workers {progress.Workers.Count(worker => worker.Stage != WorkerStage.Lost)}";
    }

    private static string Show(TimeSpan time) => time.TotalMilliseconds.ToString("F1");
}
