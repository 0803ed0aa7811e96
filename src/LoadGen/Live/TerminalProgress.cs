using System.Threading.Channels;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoadGen.Live;

/// <summary>A view that stays in place and changes once a second, for a person at a terminal.</summary>
internal sealed class TerminalProgress : IProgressView
{
    private readonly Channel<RunProgress> _updates = Channel.CreateBounded<RunProgress>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Task _drawing;

    public TerminalProgress(IAnsiConsole console)
    {
        _drawing = console.Live(new Text("starting")).AutoClear(true).StartAsync(async view =>
        {
            await foreach (var progress in _updates.Reader.ReadAllAsync())
            {
                view.UpdateTarget(Draw(progress));
                view.Refresh();
            }
        });
    }

    public void Show(RunProgress progress) => _updates.Writer.TryWrite(progress);

    public async ValueTask DisposeAsync()
    {
        _updates.Writer.Complete();
        await _drawing;
    }

    internal static IRenderable Draw(RunProgress progress) => progress.Stage is RunStage.Forming or RunStage.Preparing
        ? new Markup(progress.Stage == RunStage.Forming
            ? $"[yellow]waiting for workers[/]  {progress.Workers.Count} here"
            : $"[yellow]getting ready[/]  {progress.Workers.Count} workers")
        : new Rows(Clock(progress), Figures(progress), Failures(progress), Workers(progress));

    private static Markup Clock(RunProgress progress)
    {
        const int width = 30;
        var elapsed = $"{progress.Elapsed:mm\\:ss}";
        if (progress.Duration is not { } duration || duration <= TimeSpan.Zero)
        {
            return new Markup($"[bold]{elapsed}[/]");
        }

        var done = (int)(Math.Clamp(progress.Elapsed / duration, 0, 1) * width);
        var state = progress.Stage == RunStage.Stopping ? "  [yellow]stopping: what is under way may end; Ctrl-C again to quit at once[/]" : "";
        return new Markup($"[bold]{elapsed}[/] [green]{new string('━', done)}[/][grey]{new string('━', width - done)}[/] {duration:mm\\:ss}{state}");
    }

    private static Table Figures(RunProgress progress)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "", "");
        table.AddRow("[grey]offered[/]", progress.OfferedPerSecond is { } rate ? $"{rate:N0}/s" : "closed loop", "[grey]completed[/]", $"{progress.CompletedPerSecond:N0}/s");
        table.AddRow("[grey]in flight[/]", $"{progress.InFlight:N0}", "[grey]so far[/]", $"{progress.Ended.Completed:N0}");
        table.AddRow("[grey]p50[/]", Milliseconds(progress.Response, summary => summary.P50), "[grey]p99[/]", Milliseconds(progress.Response, summary => summary.P99));
        return table;
    }

    private static Markup Failures(RunProgress progress)
    {
        var dropped = progress.Ended.Dropped > 0 ? $"  [yellow]dropped {progress.Ended.Dropped:N0}[/]" : "";
        return progress.Failures.Count == 0
            ? new Markup($"[green]no failures[/]{dropped}")
            : new Markup($"[red]{string.Join("  ", progress.Failures.Select(kind => $"{kind.Key.Name()} {kind.Value:N0}"))}[/]{dropped}");
    }

    private static Markup Workers(RunProgress progress) => new(string.Join("  ", progress.Workers.Select(worker => worker.Stage switch
    {
        WorkerStage.Lost => $"[red]{Markup.Escape(worker.Id)} lost[/]",
        WorkerStage.Finished => $"[grey]{Markup.Escape(worker.Id)} done[/]",
        _ => $"[blue]{Markup.Escape(worker.Id)}[/]",
    })));

    private static string Milliseconds(LatencySummary? summary, Func<LatencySummary, TimeSpan> figure)
        => summary is null ? "[grey]none yet[/]" : $"{figure(summary).TotalMilliseconds:N1} ms";
}
