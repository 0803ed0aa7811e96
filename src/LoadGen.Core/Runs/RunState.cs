using System.Collections.Immutable;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>
/// The run as its coordinator sees it, and every decision about it: a function from a state and an event to the next state
/// and what has to be done. Time comes in with the events, by the coordinator's monotonic clock. The merged histograms are
/// kept beside it, by the caller that carries out <see cref="RunEffect.Merge"/>.
/// </summary>
public sealed partial record RunState(string RunId, Plan Plan, int MinWorkers)
{
    /// <summary>How long a worker continues without hearing from a coordinator, by default.</summary>
    public static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(15);

    /// <summary>Enough for the first assignment to reach every worker, so that all start at the same moment.</summary>
    private static readonly TimeSpan StartDelay = TimeSpan.FromMilliseconds(200);

    private const string TooLate = "did not finish in time after the stop";

    private const string BackTooLate = "silent for longer than its lease; its share was reassigned, its results up to then are counted";

    private static readonly ImmutableArray<RunEffect> Nothing = [];

    public RunStage Stage { get; private init; } = RunStage.Forming;

    /// <summary>Which coordinator of the run this is; see <see cref="WorkerEvent.Said"/>.</summary>
    public int Term { get; init; } = 1;

    /// <summary>When the load has to have started, by the coordinator's monotonic clock.</summary>
    public TimeSpan StartBy { get; init; } = TimeSpan.MaxValue;

    /// <summary>
    /// A worker that has not heard from a coordinator for so long begins nothing more, by its own clock. One that was not heard
    /// of for so long is lost, and its share is given to others: the two never work on the same arrivals.
    /// </summary>
    public TimeSpan Lease { get; init; } = DefaultLease;

    /// <summary>Who runs what; <see langword="null"/> before the load starts.</summary>
    public Assignment? Assignment { get; private init; }

    /// <summary>The number of the present division of the work; 0 before the first.</summary>
    public int Epoch => Assignment?.Epoch ?? 0;

    /// <summary>When the load starts or started; <see langword="null"/> before that is known.</summary>
    public TimeSpan? LoadStart { get; private init; }

    /// <summary>Every worker that has registered, by id.</summary>
    public ImmutableSortedDictionary<string, WorkerState> Workers { get; private init; }
        = ImmutableSortedDictionary.Create<string, WorkerState>(StringComparer.Ordinal);

    /// <summary>Why the run ends early; <see langword="null"/> if it does not.</summary>
    public string? StopReason { get; private init; }

    /// <summary>When it was told to end early, from the start of the load.</summary>
    public TimeSpan? StoppedAt { get; private init; }

    /// <summary>Every worker that was given work, including those that left or were lost.</summary>
    public ImmutableArray<WorkerState> TookPart => [.. Workers.Values.Where(worker => worker.TookPart)];

    /// <summary>The sum of all workers' books.</summary>
    public Books Books => Workers.Values.Aggregate(default(Books), (sum, worker) => sum + worker.Books);

    /// <summary>Takes an event. An event that no longer matters changes nothing.</summary>
    /// <param name="happened">What happened.</param>
    /// <param name="now">When, by the coordinator's monotonic clock.</param>
    public (RunState State, ImmutableArray<RunEffect> Effects) Apply(RunEvent happened, TimeSpan now)
    {
        if (Stage == RunStage.Ended)
        {
            return ApplyAfterEnd(happened);
        }

        var (state, effects) = happened switch
        {
            RunEvent.WorkerRegistered registered => Register(registered, now),
            RunEvent.WorkerHeard heard => Hear(heard, now),
            RunEvent.WorkerPrepared prepared => Prepare(prepared, now),
            RunEvent.TargetsRefused refused => TakeRefusal(refused.WorkerId, new RunEnding.TargetsRefused(refused.Reasons)),
            RunEvent.PreparationFailed failed => TakeRefusal(failed.WorkerId, new RunEnding.Impossible($"{failed.WorkerId}: {failed.Reason}")),
            RunEvent.AssignmentTaken taken => TakeConsent(taken),
            RunEvent.ReportReceived report => TakeReport(report),
            RunEvent.WorkerLeaving leaving => Leave(leaving.WorkerId),
            RunEvent.WorkerLost lost => Lose(lost.WorkerId, lost.Reason, now),
            RunEvent.RunKnownOver over => Lose(over.WorkerId, "no longer knows the run", now),
            RunEvent.StopRequested stop => Stop(stop.Reason, now),
            RunEvent.TimePassed => LoseSilent(now),
            RunEvent.ProcessEnded ended => Workers.GetValueOrDefault(ended.WorkerId)?.LastHeard == ended.HeardBefore
                ? Lose(ended.WorkerId, "its process has exited", now)
                : (this, Nothing),
            RunEvent.CheckpointHeld held => (this, [new RunEffect.KeepCheckpoint(held.WorkerId, held.Version)]),
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
        var mayHaveEnded = state.IsInQuestion;
        return state.Then(effects, after => after.Redivide(now)).Then(after => mayHaveEnded ? after.EndIfAllFinished() : (after, Nothing));
    }

    /// <summary>Takes events one after the other.</summary>
    public (RunState State, ImmutableArray<RunEffect> Effects) ApplyAll(IEnumerable<RunEvent> events, TimeSpan now)
    {
        var state = this;
        var effects = ImmutableArray.CreateBuilder<RunEffect>();
        foreach (var happened in events)
        {
            (state, var caused) = state.Apply(happened, now);
            effects.AddRange(caused);
        }

        return (state, effects.ToImmutable());
    }

    /// <summary>Time since the start of the load; negative before it, zero before that is known.</summary>
    public TimeSpan ElapsedAt(TimeSpan now) => LoadStart is { } start ? now - start : TimeSpan.Zero;

    private (RunState, ImmutableArray<RunEffect>) Register(RunEvent.WorkerRegistered registered, TimeSpan now)
    {
        if (Workers.ContainsKey(registered.WorkerId))
        {
            // It was welcomed, and did not hear it yet.
            return (this, Nothing);
        }

        var state = With(new WorkerState(registered.WorkerId, registered.Host, registered.Weight) { LastHeard = now });
        return Stage switch
        {
            RunStage.Forming when state.Workers.Count < MinWorkers => (state, Nothing),
            RunStage.Forming => (state with { Stage = RunStage.Preparing }).PrepareWaiting(),
            RunStage.Preparing or RunStage.Running => state.PrepareWaiting(),
            _ => (state, Nothing),
        };
    }

    private (RunState, ImmutableArray<RunEffect>) PrepareWaiting()
    {
        var waiting = Workers.Values.Where(worker => worker.Stage == WorkerStage.Waiting).ToImmutableArray();
        return (
            With(waiting.Select(worker => worker with { Stage = WorkerStage.Preparing })),
            [.. waiting.Select(worker => new RunEffect.Prepare(worker.Id))]);
    }

    private (RunState, ImmutableArray<RunEffect>) Hear(RunEvent.WorkerHeard heard, TimeSpan now)
    {
        if (!Workers.TryGetValue(heard.WorkerId, out var worker))
        {
            return (this, [new RunEffect.AskRegistration(heard.WorkerId)]);
        }

        if (worker.Stage == WorkerStage.Lost)
        {
            // It is back, too late to continue: what it did before may still be told.
            return (this, [new RunEffect.Stop(worker.Id)]);
        }

        var knows = heard.RunId == RunId;
        if (!knows && worker.IsActive && heard.Sent > worker.HadWorkAt)
        {
            return Lose(worker.Id, "no longer knows the run", now);
        }

        var state = With(worker with { LastHeard = now, HadWorkAt = knows && heard.Version > 0 && !(worker.HadWorkAt > heard.Sent) ? heard.Sent : worker.HadWorkAt });
        return (state, [new RunEffect.AnswerBeat(worker.Id, heard.Sent), .. TellAgain(worker, heard, knows)]);
    }

    // What it was told, and as its beat shows did not hear.
    private ImmutableArray<RunEffect> TellAgain(WorkerState worker, RunEvent.WorkerHeard heard, bool knows) => worker.Stage switch
    {
        WorkerStage.Preparing or WorkerStage.Prepared when !knows => [new RunEffect.Prepare(worker.Id)],
        WorkerStage.Running when Stage == RunStage.Stopping => [new RunEffect.Stop(worker.Id)],
        WorkerStage.Running when !knows => [new RunEffect.Prepare(worker.Id)],
        WorkerStage.Running when (heard.AssignmentTerm, heard.Version).CompareTo((Assignment!.Term, Assignment.Version)) < 0 => [new RunEffect.Assign(worker.Id)],
        _ => Nothing,
    };

    private (RunState, ImmutableArray<RunEffect>) Prepare(RunEvent.WorkerPrepared prepared, TimeSpan now)
    {
        if (!Workers.TryGetValue(prepared.WorkerId, out var worker) || worker.Stage != WorkerStage.Preparing)
        {
            return (this, Nothing);
        }

        var state = With(worker with { Stage = WorkerStage.Prepared, Crypto = prepared.Crypto, LastHeard = now });
        return Stage == RunStage.Preparing ? state.StartIfAllPrepared(now) : (state, Nothing);
    }

    private (RunState, ImmutableArray<RunEffect>) StartIfAllPrepared(TimeSpan now)
    {
        if (Workers.Count < MinWorkers || Workers.Values.Any(worker => worker.Stage != WorkerStage.Prepared))
        {
            return (this, Nothing);
        }

        var members = MembersOf(Workers.Values);
        var state = With(members.Select(worker => worker with { Stage = WorkerStage.Running, TookPart = true })) with
        {
            Stage = RunStage.Running,
            LoadStart = now + StartDelay,
            Assignment = new Assignment(1, [new Division(1, 0, SharesOf(members))]) { Term = Term },
        };
        return (state, [new RunEffect.Start(), .. members.Select(worker => new RunEffect.Assign(worker.Id))]);
    }

    // Before the load, one worker's refusal ends the run: the result would be of another run than was asked for. One that joins
    // later is simply not taken.
    private (RunState, ImmutableArray<RunEffect>) TakeRefusal(string workerId, RunEnding ending)
    {
        if (Stage is RunStage.Forming or RunStage.Preparing)
        {
            return End(ending);
        }

        return Workers.TryGetValue(workerId, out var worker) && !worker.TookPart
            ? Dismiss(worker, ReasonOf(ending))
            : (this, Nothing);
    }

    private (RunState, ImmutableArray<RunEffect>) Dismiss(WorkerState worker, string reason) => (
        this with { Workers = Workers.Remove(worker.Id) },
        [new RunEffect.Warn($"releasing worker {worker.Id}: {reason}"), new RunEffect.Release(worker.Id, RunId, WorkerRun.ExitFault, reason)]);

    private static string ReasonOf(RunEnding ending) => ending switch
    {
        RunEnding.TargetsRefused refused => string.Join("; ", refused.Reasons),
        RunEnding.Impossible impossible => impossible.Reason,
        _ => ending.ToString(),
    };

    private (RunState, ImmutableArray<RunEffect>) TakeReport(RunEvent.ReportReceived received)
    {
        var report = received.Report;
        if (!Workers.TryGetValue(received.WorkerId, out var worker) || !worker.TookPart)
        {
            return (this, Nothing);
        }

        var acknowledge = new RunEffect.Acknowledge(worker.Id, report.Number);
        if (report.Number <= worker.LastReport)
        {
            return (this, [acknowledge]);
        }

        // Of merged reports that were counted in part, the part cannot be told from the rest: what was not counted is missing.
        var isCounted = report.First > worker.LastReport;
        var ended = isCounted ? received.Part.Books : default;
        var told = Math.Max(worker.Told + ended.Scheduled, report.Before + received.Part.Books.Scheduled);
        var missing = told - worker.Told - ended.Scheduled;
        var counted = worker with
        {
            LastReport = report.Number,
            Told = told,
            Books = worker.Books + ended,
            InFlight = report.InFlight,
            Usage = report.Usage,
        };
        ImmutableArray<RunEffect> effects = isCounted ? [new RunEffect.Merge(worker.Id, received.Part), acknowledge] : [acknowledge];
        if (worker.Stage == WorkerStage.Lost)
        {
            effects = report.Final ? [.. effects, .. ReleaseLate(worker)] : effects;
            return With(counted).Find(counted, ended.Scheduled).After(effects);
        }

        var (state, gap) = With(counted with { Stage = report.Final ? WorkerStage.Finished : worker.Stage }).CountMissing(counted.Id, missing);
        effects = effects.AddRange(gap);
        return report.Final ? state.SettleFinished(counted.Id).After(effects) : (state, effects);
    }

    private ImmutableArray<RunEffect> ReleaseLate(WorkerState worker)
        => [new RunEffect.Warn($"releasing worker {worker.Id}: {BackTooLate}"), new RunEffect.Release(worker.Id, RunId, WorkerRun.ExitAborted, BackTooLate)];

    // A report that never came, and whose successor did: what it told of is lost.
    private (RunState, ImmutableArray<RunEffect>) CountMissing(string workerId, long missing) => missing == 0
        ? (this, Nothing)
        : (With(Workers[workerId] with { Books = Workers[workerId].Books + new Books(missing, 0, 0, 0, missing) }),
            [new RunEffect.Warn($"reports of worker {workerId} are missing; {missing} arrivals counted as lost"), new RunEffect.CountLost(workerId, missing)]);

    private (RunState, ImmutableArray<RunEffect>) Leave(string workerId)
    {
        if (!Workers.TryGetValue(workerId, out var worker) || worker.IsOver)
        {
            return (this, Nothing);
        }

        return worker.TookPart
            ? (With(worker with { IsLeaving = true }), Nothing)
            : WithoutUnstarted(worker);
    }

    private (RunState, ImmutableArray<RunEffect>) Lose(string workerId, string? reason, TimeSpan now)
    {
        if (!Workers.TryGetValue(workerId, out var worker) || worker.IsOver)
        {
            return (this, Nothing);
        }

        ImmutableArray<RunEffect> told = reason is null ? Nothing : [new RunEffect.Warn($"worker {workerId} lost: {reason}")];
        return worker.TookPart
            ? (With(worker with { Stage = WorkerStage.Lost, LostAt = ElapsedAt(now) }), told)
            : WithoutUnstarted(worker).After(told);
    }

    private (RunState, ImmutableArray<RunEffect>) WithoutUnstarted(WorkerState worker)
    {
        var without = this with { Workers = Workers.Remove(worker.Id) };
        return Stage == RunStage.Preparing && without.Workers.Count < MinWorkers ? (without with { Stage = RunStage.Forming }, Nothing) : (without, Nothing);
    }

    private (RunState, ImmutableArray<RunEffect>) LoseSilent(TimeSpan now)
    {
        var (state, effects) = (this, Nothing);
        foreach (var worker in Workers.Values.Where(worker => !worker.IsOver && now - worker.LastHeard > Lease))
        {
            (state, var caused) = state.Lose(worker.Id, $"no response for {(now - worker.LastHeard).TotalSeconds:0} s", now);
            effects = effects.AddRange(caused);
        }

        // A worker that stays alive and never tells its last would hold up this run, and every run behind it.
        foreach (var late in state.Workers.Values.Where(worker => worker.IsActive && ElapsedAt(now) > StoppedAt + StopsWithin))
        {
            (state, var caused) = state.Lose(late.Id, TooLate, now);
            effects = [.. effects, .. caused, new RunEffect.Release(late.Id, RunId, WorkerRun.ExitFault, $"counted as lost: {TooLate}")];
        }

        return now > StartBy && state.Stage is RunStage.Forming or RunStage.Preparing
            ? state.StartWithoutLate(now).After(effects)
            : state.Stage == RunStage.Preparing ? state.StartIfAllPrepared(now).After(effects) : (state, effects);
    }

    // The time for the cluster to form has passed: the workers that are ready take part, if they are enough.
    private (RunState, ImmutableArray<RunEffect>) StartWithoutLate(TimeSpan now)
    {
        var ready = Workers.Values.Count(worker => worker.Stage == WorkerStage.Prepared);
        if (ready < MinWorkers)
        {
            return End(new RunEnding.NotFormed(Stage == RunStage.Forming
                ? $"{Workers.Count} of {MinWorkers} workers joined in time"
                : $"{ready} of {MinWorkers} workers were ready in time"));
        }

        var (state, effects) = (this, Nothing);
        foreach (var late in Workers.Values.Where(worker => worker.Stage != WorkerStage.Prepared))
        {
            (state, var caused) = state.Dismiss(late, "not ready in time");
            effects = effects.AddRange(caused);
        }

        return (state with { Stage = RunStage.Preparing }).StartIfAllPrepared(now).After(effects);
    }

    private RunState With(WorkerState worker) => this with
    {
        Workers = Workers.SetItem(worker.Id, worker),
        IsInQuestion = IsInQuestion || !PlaysSamePart(Workers.GetValueOrDefault(worker.Id), worker),
        Pending = worker.IsActive ? Pending : Pending?.Without(worker.Id),
    };

    private RunState With(IEnumerable<WorkerState> workers) => workers.Aggregate(this, (state, worker) => state.With(worker));

    internal (RunState State, ImmutableArray<RunEffect> Effects) Then(ImmutableArray<RunEffect> before, Func<RunState, (RunState, ImmutableArray<RunEffect>)> next)
        => next(this).After(before);
}

/// <summary>Puts steps of a run one after another, with all their effects in order.</summary>
internal static class RunSteps
{
    public static (RunState State, ImmutableArray<RunEffect> Effects) After(
        this (RunState State, ImmutableArray<RunEffect> Effects) step, ImmutableArray<RunEffect> before) => (step.State, before.AddRange(step.Effects));

    public static (RunState State, ImmutableArray<RunEffect> Effects) Then(
        this (RunState State, ImmutableArray<RunEffect> Effects) step, Func<RunState, (RunState, ImmutableArray<RunEffect>)> next)
        => next(step.State).After(step.Effects);
}
