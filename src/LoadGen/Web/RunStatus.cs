using System.Text.Json.Serialization;
using LoadGen.Core.Runs;
using LoadGen.Running;

namespace LoadGen.Web;

/// <summary>What the API tells of a run.</summary>
internal sealed record RunStatus
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>waiting, forming, preparing, running, stopping or ended.</summary>
    public required string State { get; init; }

    public double ElapsedSeconds { get; init; }

    public double? DurationSeconds { get; init; }

    public double? OfferedPerSecond { get; init; }

    public double CompletedPerSecond { get; init; }

    public RunResult.BooksPart? Books { get; init; }

    public long InFlight { get; init; }

    public int Workers { get; init; }

    public double? P50Ms { get; init; }

    public double? P99Ms { get; init; }

    /// <summary>pass, fail, inconclusive or aborted; only of a run that has a result.</summary>
    public string? Verdict { get; init; }

    /// <summary>Why it has no result.</summary>
    public IReadOnlyList<string>? Problems { get; init; }

    /// <summary>What a program that waited for the run should exit with, once it is over.</summary>
    public int? ExitCode { get; init; }

    public static RunStatus Of(SubmittedRun run)
    {
        var over = run.Over.IsCompleted;
        var progress = run.Progress;
        return new RunStatus
        {
            Id = run.Id,
            Name = run.Plan.Name,
            State = over ? "ended" : progress?.Stage switch
            {
                null => "waiting",
                RunStage.Forming => "forming",
                RunStage.Preparing => "preparing",
                RunStage.Running => "running",
                _ => "stopping",
            },
            ElapsedSeconds = progress?.Elapsed.TotalSeconds ?? 0,
            DurationSeconds = progress?.Duration?.TotalSeconds,
            OfferedPerSecond = progress?.OfferedPerSecond,
            CompletedPerSecond = progress?.CompletedPerSecond ?? 0,
            Books = progress is null ? null : RunResult.BooksPart.Of(progress.Ended),
            InFlight = progress?.InFlight ?? 0,
            Workers = progress?.Workers.Count(worker => worker.Stage != WorkerStage.Lost) ?? 0,
            P50Ms = progress?.Response?.P50.TotalMilliseconds,
            P99Ms = progress?.Response?.P99.TotalMilliseconds,
            Verdict = over ? run.Finished?.Result.Run.Verdict : null,
            Problems = over ? run.Unfinished?.Sentences : null,
            ExitCode = over ? run.Finished?.ExitCode ?? run.Unfinished?.ExitCode : null,
        };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(IReadOnlyList<RunStatus>))]
internal sealed partial class RunStatusJson : JsonSerializerContext;
