using LoadGen.Core;
using LoadGen.Core.Runs;
using LoadGen.Running;
using LoadGen.Running.Outputs;

namespace LoadGen.Web;

/// <summary>Makes what is told of a run: from its feed while it is in progress, from its result once there is one.</summary>
internal static class RunStatuses
{
    /// <summary>Every run, those that are kept in the folder too: the latest first, without lists.</summary>
    public static IReadOnlyList<RunStatus> ListOf(IRuns runs) => ListOf(runs.All, runs.Kept.All);

    /// <summary>The same of runs that are at hand.</summary>
    public static IReadOnlyList<RunStatus> ListOf(IReadOnlyList<RunFeed> here, IReadOnlyList<KeptResult> kept)
        => [.. here.Select(Head), .. kept.Where(each => here.All(feed => feed.Id != each.Id)).Select(Head)];

    /// <summary>All that is known of one run; <see langword="null"/> if there is none of that name.</summary>
    public static RunStatus? Find(IRuns runs, string id)
        => runs.Find(id) is { } feed ? Of(feed) : runs.Kept.Find(id) is { } result ? Of(result) : null;

    /// <summary>All that is known of a run of this coordinator.</summary>
    public static RunStatus Of(RunFeed feed)
    {
        var events = feed.Notes.Select(note => new RunStatus.EventStatus(note.At, Math.Round(note.Elapsed.TotalSeconds, 1), note.Kind.Name(), note.Text)).ToList();
        if (feed.Finished is { } finished)
        {
            return Of(finished.Result) with { Events = events, ExitCode = finished.ExitCode };
        }

        var head = Head(feed) with { Events = events };
        return feed.Progress is not { } progress ? head : head with
        {
            LatencyMs = new RunResult.LatencyPart(RunResultBuilder.Part(progress.Response), RunResultBuilder.Part(progress.Handshake), null),
            Warnings = RunWarnings.Of(progress.Mix),
            Negotiated = [.. progress.Mix.Select(each => RunResultBuilder.Part(each.Key, each.Value))],
            Failures = feed.Plan is { } plan ? [.. progress.FailureCauses.Select(each => RunResultBuilder.Part(each.Key, each.Value, plan))] : null,
            WorkerStates = [.. progress.Workers.Select(Part)],
        };
    }

    /// <summary>All that a result tells.</summary>
    public static RunStatus Of(RunResult result) => Head(result) with
    {
        LatencyMs = result.LatencyMs,
        Negotiated = result.Negotiated,
        Failures = result.Failures,
        WorkerStates = [.. result.Workers.Select(worker => new RunStatus.WorkerStatus(
            worker.Id, worker.Host, worker.LostAt is null ? "finished" : "lost", worker.Books, 0, worker.LostAt))],
        Thresholds = result.Thresholds,
        Warnings = result.Warnings,
    };

    private static RunStatus Head(KeptResult kept) => Ended(kept.Run, kept.Books, kept.Rate, kept.Response) with { Workers = kept.Workers };

    private static RunStatus Head(RunResult result) => Ended(result.Run, result.Books, result.Rate, result.LatencyMs.Response) with
    {
        Workers = result.Workers.Count(worker => worker.LostAt is null),
    };

    private static RunStatus Head(RunFeed feed)
    {
        if (feed.Finished is { } finished)
        {
            return Head(finished.Result) with { ExitCode = finished.ExitCode };
        }

        var progress = feed.Progress;
        return new RunStatus
        {
            Id = feed.Id,
            Name = feed.Plan?.Name ?? feed.Id,
            State = StateOf(feed),
            Since = feed.Since,
            Engine = feed.Plan?.EngineNames,
            ElapsedSeconds = progress?.Elapsed.TotalSeconds ?? 0,
            DurationSeconds = progress?.Duration?.TotalSeconds,
            LoadStage = progress?.LoadStage ?? 0,
            OfferedPerSecond = progress?.OfferedPerSecond,
            CompletedPerSecond = progress?.CompletedPerSecond ?? 0,
            Books = progress is null ? null : RunResult.BooksPart.Of(progress.Ended),
            InFlight = progress?.InFlight ?? 0,
            Workers = progress?.Workers.Count(worker => worker.Stage != WorkerStage.Lost) ?? 0,
            P50Ms = progress?.Response?.P50.TotalMilliseconds,
            P99Ms = progress?.Response?.P99.TotalMilliseconds,
            Problems = feed.Unfinished?.Sentences,
            ExitCode = feed.Unfinished?.ExitCode,
        };
    }

    private static RunStatus Ended(RunResult.RunPart run, RunResult.BooksPart books, RunResult.RatePart rate, RunResult.Distribution? response) => new()
    {
        Id = run.Id,
        Name = run.Name,
        State = "ended",
        Since = run.StartedAt,
        Engine = run.Engine,
        ElapsedSeconds = run.DurationSeconds,
        DurationSeconds = run.DurationSeconds,
        OfferedPerSecond = rate.ScheduledPerSecond,
        CompletedPerSecond = rate.CompletedPerSecond,
        Books = books,
        P50Ms = response?.P50,
        P99Ms = response?.P99,
        Verdict = run.Verdict,
        Reasons = run.Reasons,
    };

    // A load that has ended is still being judged until there is a result.
    private static string StateOf(RunFeed feed) => feed.IsOver ? "ended" : feed.Progress?.Stage switch
    {
        null => "waiting",
        RunStage.Forming => "forming",
        RunStage.Preparing => "preparing",
        RunStage.Running => "running",
        _ => "stopping",
    };

    private static RunStatus.WorkerStatus Part(WorkerState worker) => new(
        worker.Id, worker.Host, worker.Stage.Name(), RunResult.BooksPart.Of(worker.Books), worker.IsOver ? 0 : worker.InFlight, worker.LostAt?.TotalSeconds);
}
