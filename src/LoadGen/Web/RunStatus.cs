using System.Text.Json.Serialization;
using LoadGen.Core.Runs;

namespace LoadGen.Web;

/// <summary>What the API and the live page tell of a run. In a list of runs, the parts that are lists themselves are left out.</summary>
public sealed record RunStatus
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>waiting, forming, preparing, running, stopping or ended.</summary>
    public required string State { get; init; }

    /// <summary>When it came here; of a run that has ended, when its load began.</summary>
    public DateTimeOffset? Since { get; init; }

    public string? Engine { get; init; }

    public double ElapsedSeconds { get; init; }

    public double? DurationSeconds { get; init; }

    /// <summary>The current stage of the plan's load, from 0.</summary>
    public int LoadStage { get; init; }

    /// <summary>The plan's rate now, absent for a closed load; of a run that has ended, what was scheduled per second.</summary>
    public double? OfferedPerSecond { get; init; }

    /// <summary>Over the last whole second; of a run that has ended, over all of it.</summary>
    public double CompletedPerSecond { get; init; }

    public RunResult.BooksPart? Books { get; init; }

    public long InFlight { get; init; }

    /// <summary>How many there are that are not lost.</summary>
    public int Workers { get; init; }

    public double? P50Ms { get; init; }

    public double? P99Ms { get; init; }

    /// <summary>Of the whole run so far; phases only when it has ended.</summary>
    public RunResult.LatencyPart? LatencyMs { get; init; }

    /// <summary>What completed handshakes cost on the network so far.</summary>
    public RunResult.WirePart? Wire { get; init; }

    /// <summary>Handshakes stopped on purpose so far, by where.</summary>
    public IReadOnlyList<RunResult.PartialPart>? Partial { get; init; }

    public IReadOnlyList<RunResult.NegotiatedPart>? Negotiated { get; init; }

    public IReadOnlyList<RunResult.FailurePart>? Failures { get; init; }

    public IReadOnlyList<WorkerStatus>? WorkerStates { get; init; }

    /// <summary>The latest notable events, oldest first.</summary>
    public IReadOnlyList<EventStatus>? Events { get; init; }

    /// <summary>pass, fail, inconclusive or aborted; only of a run that has a result.</summary>
    public string? Verdict { get; init; }

    /// <summary>Why the verdict is what it is.</summary>
    public IReadOnlyList<string>? Reasons { get; init; }

    /// <summary>What a reader must know to understand the figures.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    public IReadOnlyList<RunResult.ThresholdPart>? Thresholds { get; init; }

    /// <summary>Why it has no result.</summary>
    public IReadOnlyList<string>? Problems { get; init; }

    /// <summary>What a program that waited for the run should exit with, once it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>A worker; <c>state</c> is waiting, preparing, prepared, running, finished or lost.</summary>
    public sealed record WorkerStatus(string Id, string Host, string State, RunResult.BooksPart Books, long InFlight, double? LostAt);

    /// <summary>
    /// A notable event; <c>kind</c> is stage, worker_joined, worker_left, worker_lost, worker_back, failure, dropped,
    /// stop_requested, verdict or unfinished.
    /// </summary>
    public sealed record EventStatus(DateTimeOffset At, double ElapsedSeconds, string Kind, string Text);
}

/// <summary>Serializers of <see cref="RunStatus"/>, made by the compiler.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(IReadOnlyList<RunStatus>))]
internal sealed partial class RunStatusJson : JsonSerializerContext;
