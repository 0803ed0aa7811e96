using System.Collections.Immutable;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Runs;

/// <summary>
/// How a run ends: when all who are under load have sent their last report, or none is left; early when it is stopped, and then by a
/// time at which what was in progress has ended. What was given to a worker and never told is lost by then, so the books close.
/// </summary>
public sealed partial record RunState
{
    /// <summary>What was in progress at a stop has ended by then, and was reported.</summary>
    private TimeSpan StopsWithin => Plan.Limits.ConnectTimeout + Plan.Limits.HandshakeTimeout + (2 * Lease);

    /// <summary>The run as far as it is known here, ended because this coordinator has to go; <see langword="null"/> if nothing was run.</summary>
    public RunEnding.Finished? CutShort(string reason, TimeSpan now)
        => LoadStart is null ? null : new RunEnding.Finished(RecordsOf(TookPart), ElapsedAt(now) > TimeSpan.Zero ? ElapsedAt(now) : TimeSpan.Zero, reason);

    private (RunState, ImmutableArray<RunEffect>) Stop(string reason, TimeSpan now) => Stage switch
    {
        RunStage.Forming or RunStage.Preparing => (this with { StopReason = reason }).End(new RunEnding.Finished([], TimeSpan.Zero, reason)),
        RunStage.Running => (
            this with { Stage = RunStage.Stopping, StopReason = reason, StoppedAt = ElapsedAt(now), Pending = null },
            [.. Workers.Values.Where(worker => worker.IsActive).Select(worker => new RunEffect.Stop(worker.Id))]),
        _ => (this, Nothing),
    };

    private (RunState, ImmutableArray<RunEffect>) EndIfAllFinished()
    {
        if (Stage is not (RunStage.Running or RunStage.Stopping) || Workers.Values.Any(worker => worker.IsActive))
        {
            return (this, Nothing);
        }

        return SettleAll(Horizon).Then(settled => settled.EndFinished());
    }

    private (RunState, ImmutableArray<RunEffect>) EndFinished()
    {
        var workers = TookPart;
        var abortReason = StopReason
            ?? (workers.All(worker => worker.Stage == WorkerStage.Lost) ? "all workers were lost"
                : workers.All(worker => worker.IsOver && (worker.IsLeaving || worker.Stage == WorkerStage.Lost)) ? "all workers left"
                : null);
        return End(new RunEnding.Finished(RecordsOf(workers), DurationOf(workers, abortReason), abortReason));
    }

    private static ImmutableArray<WorkerRecord> RecordsOf(ImmutableArray<WorkerState> workers)
        => [.. workers.Select(worker => new WorkerRecord(worker.Id, worker.Host, worker.Books, worker.LostAt, worker.Usage) { Crypto = worker.Crypto })];

    // A load that ran to its end lasted as long as its schedule, or longer where the last handshakes did.
    private TimeSpan DurationOf(ImmutableArray<WorkerState> workers, string? abortReason)
    {
        var observed = workers.Max(worker => worker.Usage?.Elapsed ?? worker.LostAt ?? TimeSpan.Zero);
        var planned = abortReason is null && Plan.Load is Load.Open open ? open.Schedule.Duration : TimeSpan.Zero;
        return observed > planned ? observed : planned;
    }

    private (RunState, ImmutableArray<RunEffect>) End(RunEnding ending)
    {
        var ended = this with { Stage = RunStage.Ended };
        return (ended, [new RunEffect.End(ending, ended)]);
    }

    // A worker whose acknowledgement was lost repeats its last report; it must learn that it may go.
    private (RunState, ImmutableArray<RunEffect>) ApplyAfterEnd(RunEvent happened)
        => happened is RunEvent.ReportReceived { Report.Number: var number } report && Workers.TryGetValue(report.WorkerId, out var worker)
            && number <= worker.LastReport
            ? (this, [new RunEffect.Acknowledge(report.WorkerId, number)])
            : (this, Nothing);
}
