using System.Threading.Channels;
using LoadGen.Core;
using LoadGen.Core.Runs;
using LoadGen.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoadGen.Live;

/// <summary>A view that stays in place and changes once a second, for a person at a terminal.</summary>
internal sealed class TerminalProgress : IProgressView
{
    private readonly Channel<RunProgress> _updates = Channel.CreateBounded<RunProgress>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly ProgressHistory _history = new();
    private readonly IAnsiConsole _console;
    private readonly Task _drawing;

    public TerminalProgress(IAnsiConsole console)
    {
        _console = console;
        _drawing = console.Live(new Text("starting")).AutoClear(true).StartAsync(async view =>
        {
            await foreach (var progress in _updates.Reader.ReadAllAsync())
            {
                _history.Add(progress);
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

    // The width is asked for each time: people resize their terminals.
    private Rows Draw(RunProgress progress) => new(new TerminalFrame(_console.Profile.Width, _console.Profile.Capabilities.Unicode)
        .Draw(progress, _history)
        .Select(line => (IRenderable)new Markup(line)));
}

/// <summary>What a terminal shows of a run at one moment: lines of markup, none wider than the terminal.</summary>
/// <param name="width">The terminal's columns.</param>
/// <param name="unicode">Whether it shows more than ASCII.</param>
internal sealed class TerminalFrame(int width, bool unicode)
{
    private const string Indent = "  ";
    private const int LabelWidth = 10;
    private const int FigureWidth = 14;
    private const int MostWorkers = 8;

    /// <summary>The lines, from the top.</summary>
    public IReadOnlyList<string> Draw(RunProgress progress, ProgressHistory history) => progress.Stage is RunStage.Forming or RunStage.Preparing
        ? [Beginning(progress)]
        : [.. Clock(progress), .. KeyFigures(progress), .. Sparklines(progress, history), .. Failures(progress), .. Workers(progress)];

    private static string Beginning(RunProgress progress) => progress.Stage == RunStage.Forming
        ? $"[yellow]waiting for workers[/]  {progress.Workers.Count} of {progress.WorkersExpected} joined"
        : $"[yellow]{PlainProgress.Preparing}[/]";

    private IEnumerable<string> Clock(RunProgress progress)
    {
        var name = $"[bold]{Markup.Escape(Cut(progress.Plan?.Name ?? progress.RunId, 30))}[/]";
        var bar = StageBar.Of(progress, Math.Clamp(width - 1, 10, 100));
        var time = bar is null ? $"{Time(progress.Elapsed)}" : $"{Time(progress.Elapsed)} of {Time(progress.Elapsed + bar.Left)}";
        var left = bar is not null && progress.Stage == RunStage.Running ? $"[grey]{Time(bar.Left)} left[/]" : "";
        var stage = bar is { Stages: > 1 } ? $"stage {bar.Stage} of {bar.Stages}" : "";
        var state = progress.Stage == RunStage.Stopping ? "[yellow]stopping (Ctrl-C again to quit at once)[/]" : "";
        foreach (var line in Flow(name, time, left, stage, state))
        {
            yield return line;
        }

        if (bar is not null)
        {
            var (done, toCome) = bar.Draw(unicode);
            yield return $"[green]{done}[/][grey]{toCome}[/]";
        }
    }

    private IEnumerable<string> KeyFigures(RunProgress progress) => Flow(
        $"[grey]offered[/] {(progress.OfferedPerSecond is { } rate ? $"{Count(rate)}/s" : "closed loop")}",
        $"[grey]achieved[/] {Count(progress.CompletedPerSecond)}/s",
        $"[grey]completed[/] {Count(progress.Ended.Completed)}",
        $"[grey]in flight[/] {Count(progress.InFlight)}",
        progress.Response is { } response ? $"[grey]response p50[/] {Figures.Time(response.P50)}" : "",
        progress.Response is { } all ? $"[grey]p99[/] {Figures.Time(all.P99)}" : "");

    private IEnumerable<string> Sparklines(RunProgress progress, ProgressHistory history)
    {
        var room = width - Indent.Length - LabelWidth - FigureWidth;
        if (room < LabelWidth || history.Completed.Count == 0)
        {
            yield break;
        }

        yield return $"{Indent}[grey]{"completed",-LabelWidth}[/] [blue]{Sparkline.Of(history.Completed, room, unicode)}[/] {Count(progress.CompletedPerSecond)}/s";
        var p99 = progress.LastSecond?.P99 is { } last ? Figures.Time(last) : "";
        yield return $"{Indent}[grey]{"p99",-LabelWidth}[/] [yellow]{Sparkline.Of(history.P99, room, unicode)}[/] {p99}";
    }

    private IEnumerable<string> Failures(RunProgress progress)
    {
        var dropped = progress.Ended.Dropped > 0 ? $"[yellow]dropped {Count(progress.Ended.Dropped)}[/]" : "";
        var lost = progress.Ended.Lost > 0 ? $"[red]lost {Count(progress.Ended.Lost)}[/]" : "";
        var partial = progress.Ended.Partial > 0 ? $"partial {Count(progress.Ended.Partial)}" : "";
        var kinds = progress.Failures.Select(kind => $"[red]{kind.Key.Name()} {Count(kind.Value)}[/]").Prepend("[grey]failed:[/]");
        return progress.Failures.Count == 0 ? Flow("[green]no failures[/]", partial, dropped, lost) : Flow([.. kinds, partial, dropped, lost]);
    }

    // Lost workers first: they matter most.
    private IEnumerable<string> Workers(RunProgress progress)
    {
        var workers = progress.Workers.OrderBy(worker => worker.Stage == WorkerStage.Lost ? 0 : 1).ToList();
        var named = workers.Take(MostWorkers).Select(worker => worker.Stage switch
        {
            WorkerStage.Lost => $"[red]{Name(worker)} lost[/]",
            WorkerStage.Finished => $"[grey]{Name(worker)} done[/]",
            _ => Name(worker),
        });
        var more = workers.Count > MostWorkers ? $"[grey]and {workers.Count - MostWorkers} more[/]" : "";
        return Flow([$"[grey]workers[/] {workers.Count(worker => worker.Stage != WorkerStage.Lost)}", .. named, more]);
    }

    private IEnumerable<string> Flow(params IReadOnlyList<string> parts) => Figures.Flow(parts, width);

    private string Name(WorkerState worker) => Markup.Escape(Cut(worker.Id, Math.Max(8, width - 12)));

    private string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + (unicode ? "…" : "~");

    private static string Time(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{time:mm\\:ss}";

    private static string Count(double number) => $"{number:N0}";
}
