using System.Collections.Immutable;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>
/// The run as its coordinator sees it, and every decision about it: a function from a state and an event to the next state
/// and what has to be done. Time comes in with the events. The merged histograms are kept beside it, by whoever carries out
/// <see cref="RunEffect.Merge"/>.
/// </summary>
public sealed record RunState(string RunId, Plan Plan, int MinWorkers)
{
    private static readonly ImmutableArray<RunEffect> Nothing = [];

    public RunStage Stage { get; private init; } = RunStage.Forming;

    /// <summary>The number of the present division of the work; 0 before the first.</summary>
    public int Epoch { get; private init; }

    /// <summary>Every worker that has registered, by id.</summary>
    public ImmutableSortedDictionary<string, WorkerState> Workers { get; private init; }
        = ImmutableSortedDictionary.Create<string, WorkerState>(StringComparer.Ordinal);

    /// <summary>Why the run ends early; <see langword="null"/> if it does not.</summary>
    public string? StopReason { get; private init; }

    /// <summary>The sum of all workers' books.</summary>
    public Books Books => Workers.Values.Aggregate(default(Books), (sum, worker) => sum + worker.Books);

    /// <summary>Takes an event. An event that no longer matters changes nothing.</summary>
    public (RunState State, ImmutableArray<RunEffect> Effects) Apply(RunEvent happened) => Stage == RunStage.Ended
        ? ApplyAfterEnd(happened)
        : happened switch
        {
            RunEvent.WorkerRegistered registered => Register(registered),
            RunEvent.WorkerPrepared prepared => Prepare(prepared),
            RunEvent.TargetsRefused refused => End(new RunEnding.TargetsRefused(refused.Reasons)),
            RunEvent.PreparationFailed failed => End(new RunEnding.Impossible($"{failed.WorkerId}: {failed.Reason}")),
            RunEvent.ReportReceived report => TakeReport(report),
            RunEvent.WorkerLost lost => Lose(lost),
            RunEvent.StopRequested stop => Stop(stop.Reason),
            RunEvent.StartDeadlinePassed => EndUnformed(),
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };

    // A worker whose acknowledgement was lost repeats its last report; it must learn that it may go.
    private (RunState, ImmutableArray<RunEffect>) ApplyAfterEnd(RunEvent happened)
        => happened is RunEvent.ReportReceived report && Workers.TryGetValue(report.WorkerId, out var worker)
            && report.Number <= worker.LastReport
            ? (this, [new RunEffect.Acknowledge(report.WorkerId, report.Number)])
            : (this, Nothing);

    private (RunState, ImmutableArray<RunEffect>) Register(RunEvent.WorkerRegistered registered)
    {
        if (Workers.ContainsKey(registered.WorkerId))
        {
            return (this, Nothing);
        }

        var state = With(new WorkerState(registered.WorkerId, registered.Host));
        return Stage == RunStage.Forming && state.Workers.Count >= MinWorkers ? state.Divide() : (state, Nothing);
    }

    private (RunState, ImmutableArray<RunEffect>) Divide()
    {
        var epoch = Epoch + 1;
        var slices = Partition.Divide(Plan, Workers.Count, epoch);
        var workers = Workers.Values
            .Select((worker, turn) => worker with { Stage = WorkerStage.Preparing, Slice = slices[turn] })
            .ToImmutableArray();
        var state = this with
        {
            Stage = RunStage.Preparing,
            Epoch = epoch,
            Workers = Workers.SetItems(workers.Select(worker => KeyValuePair.Create(worker.Id, worker))),
        };
        return (state, [.. workers.Select(worker => new RunEffect.Prepare(worker.Id, worker.Slice!))]);
    }

    private (RunState, ImmutableArray<RunEffect>) Prepare(RunEvent.WorkerPrepared prepared)
    {
        if (prepared.Epoch != Epoch || !Workers.TryGetValue(prepared.WorkerId, out var worker) || worker.Stage != WorkerStage.Preparing)
        {
            return (this, Nothing);
        }

        var state = With(worker with { Stage = WorkerStage.Prepared, Crypto = prepared.Crypto });
        var active = state.Workers.Values.Where(each => each.IsActive).ToImmutableArray();
        if (active.Any(each => each.Stage != WorkerStage.Prepared))
        {
            return (state, Nothing);
        }

        var running = state with
        {
            Stage = RunStage.Running,
            Workers = state.Workers.SetItems(
                active.Select(each => KeyValuePair.Create(each.Id, each with { Stage = WorkerStage.Running }))),
        };
        return (running, [new RunEffect.Start([.. active.Select(each => each.Id)])]);
    }

    private (RunState, ImmutableArray<RunEffect>) TakeReport(RunEvent.ReportReceived report)
    {
        if (!Workers.TryGetValue(report.WorkerId, out var worker) || worker.Stage is WorkerStage.Lost or WorkerStage.Waiting)
        {
            return (this, Nothing);
        }

        var acknowledge = new RunEffect.Acknowledge(report.WorkerId, report.Number);
        if (report.Number <= worker.LastReport)
        {
            return (this, [acknowledge]);
        }

        if (report.Number != worker.LastReport + 1)
        {
            return (this, Nothing);
        }

        var state = With(worker with
        {
            LastReport = report.Number,
            Books = worker.Books + report.Ended,
            Usage = report.Usage,
            Stage = report.Final ? WorkerStage.Finished : worker.Stage,
        });
        return state.EndIfAllFinished([new RunEffect.Merge(report.WorkerId), acknowledge]);
    }

    private (RunState, ImmutableArray<RunEffect>) Lose(RunEvent.WorkerLost lost)
    {
        if (!Workers.TryGetValue(lost.WorkerId, out var worker) || worker.Stage is WorkerStage.Finished or WorkerStage.Lost)
        {
            return (this, Nothing);
        }

        if (Stage is RunStage.Forming or RunStage.Preparing || worker.Stage == WorkerStage.Waiting)
        {
            var without = this with { Workers = Workers.Remove(lost.WorkerId) };
            return Stage != RunStage.Preparing || worker.Stage == WorkerStage.Waiting
                ? (without, Nothing)
                : without.Workers.Count >= MinWorkers
                    ? without.Divide()
                    : (without.BackToForming(), Nothing);
        }

        var missing = MissingFrom(worker);
        var state = With(worker with
        {
            Stage = WorkerStage.Lost,
            LostAt = lost.At,
            Books = worker.Books + new Books(missing, 0, 0, 0, missing),
        });
        return state.EndIfAllFinished([new RunEffect.CountLost(worker.Id, missing)]);
    }

    // What an open load's worker had been given and did not report. A closed load gives out work as connections come free,
    // so nothing is known of what its worker had begun; reports hold ended handshakes only.
    private long MissingFrom(WorkerState worker)
        => Plan.Load is Load.Open || Plan.Load is Load.Closed { Count: not null } ? worker.Slice!.Count - worker.Books.Scheduled : 0;

    private RunState BackToForming() => this with
    {
        Stage = RunStage.Forming,
        Workers = Workers.SetItems(Workers.Values.Select(worker =>
            KeyValuePair.Create(worker.Id, worker with { Stage = WorkerStage.Waiting, Slice = null }))),
    };

    private (RunState, ImmutableArray<RunEffect>) Stop(string reason) => Stage switch
    {
        RunStage.Forming or RunStage.Preparing => (this with { StopReason = reason }).End(new RunEnding.Finished([], TimeSpan.Zero, reason)),
        RunStage.Running => (
            this with { Stage = RunStage.Stopping, StopReason = reason },
            [.. Workers.Values.Where(worker => worker.IsActive).Select(worker => new RunEffect.Stop(worker.Id))]),
        _ => (this, Nothing),
    };

    private (RunState, ImmutableArray<RunEffect>) EndUnformed() => Stage == RunStage.Forming
        ? End(new RunEnding.NotFormed($"{Workers.Count} of {MinWorkers} workers came in time"))
        : (this, Nothing);

    private (RunState, ImmutableArray<RunEffect>) EndIfAllFinished(ImmutableArray<RunEffect> effects)
    {
        if (Workers.Values.Any(worker => worker.IsActive))
        {
            return (this, effects);
        }

        var workers = Workers.Values.Where(worker => worker.Slice is not null).ToImmutableArray();
        var abortReason = StopReason
            ?? (workers.All(worker => worker.Stage == WorkerStage.Lost) ? "every worker was lost" : null);
        var records = workers
            .Select(worker => new WorkerRecord(worker.Id, worker.Host, worker.Books, worker.LostAt, worker.Usage) { Crypto = worker.Crypto })
            .ToImmutableArray();
        var (state, ended) = End(new RunEnding.Finished(records, DurationOf(workers, abortReason), abortReason));
        return (state, effects.AddRange(ended));
    }

    // A load that ran to its end lasted as long as its schedule, or longer where the last handshakes did.
    private TimeSpan DurationOf(ImmutableArray<WorkerState> workers, string? abortReason)
    {
        var observed = workers.Max(worker => worker.Usage?.Elapsed ?? worker.LostAt ?? TimeSpan.Zero);
        var planned = abortReason is null && Plan.Load is Load.Open open ? open.Schedule.Duration : TimeSpan.Zero;
        return observed > planned ? observed : planned;
    }

    private (RunState, ImmutableArray<RunEffect>) End(RunEnding ending)
        => (this with { Stage = RunStage.Ended }, [new RunEffect.End(ending)]);

    private RunState With(WorkerState worker) => this with { Workers = Workers.SetItem(worker.Id, worker) };
}
