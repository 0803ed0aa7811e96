using System.Collections.Immutable;

namespace LoadGen.Core.Runs;

/// <summary>Everything that a coordinator can be in. What belongs to a mode is known in that mode alone.</summary>
public abstract record CoordinatorMode
{
    private CoordinatorMode()
    {
    }

    /// <summary>Stays between runs: workers are registered and wait.</summary>
    public sealed record Idle : CoordinatorMode;

    /// <summary>Comes after another: asks the workers for the run in progress, and begins its own if there is none.</summary>
    /// <param name="Order">Its own run; <see langword="null"/> for a coordinator that stays.</param>
    /// <param name="Recovery">What was told so far.</param>
    /// <param name="StopReason">Why the run is to end once it is known; <see langword="null"/> if it is not.</param>
    public sealed record Recovering(RunOrder? Order, Recovery Recovery, string? StopReason = null) : CoordinatorMode;

    /// <summary>Has a run.</summary>
    /// <param name="Order">The order that it began from or would have begun; <see langword="null"/> if there was none.</param>
    /// <param name="Run">The run; see <see cref="RunState.Stage"/> for how far it is.</param>
    /// <param name="Untold">Workers of a run that was taken over which have not told yet what they know.</param>
    public sealed record Running(RunOrder? Order, RunState Run, ImmutableHashSet<string> Untold) : CoordinatorMode;

    /// <summary>Its only run has ended: workers that ask are released.</summary>
    public sealed record Ended(string RunId, RunEnding Ending) : CoordinatorMode;
}

/// <summary>
/// A coordinator's node, and every decision about it that is not about the run itself, which <see cref="RunState"/> makes: a
/// function from a state and an event to the next state and what has to be done. A first coordinator, a standby that takes
/// over and one that was started again at the same address are one: either one that hears of a run in progress continues it.
/// </summary>
public sealed record CoordinatorState
{
    /// <summary>How long a coordinator that takes over waits for a worker that knows of a run.</summary>
    private static readonly TimeSpan RunShowsWithin = TimeSpan.FromSeconds(4);

    private static readonly DateTimeOffset FirstTerm = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private CoordinatorState(CoordinatorMode mode, int term, bool stays)
    {
        Mode = mode;
        Term = term;
        Stays = stays;
    }

    public CoordinatorMode Mode { get; private init; }

    /// <summary>Whether it is given runs one after another.</summary>
    public bool Stays { get; }

    /// <summary>
    /// Which coordinator this is, and which of its runs it speaks of; see <see cref="WorkerEvent.Said"/>. Above any that its workers
    /// have heard.
    /// </summary>
    public int Term { get; private init; }

    /// <summary>Workers that have registered and have neither left nor been lost.</summary>
    public ImmutableSortedDictionary<string, RunEvent.WorkerRegistered> Registered { get; private init; }
        = ImmutableSortedDictionary.Create<string, RunEvent.WorkerRegistered>(StringComparer.Ordinal);

    /// <summary>The runs that it has had: a worker that still has one of them is told that it has ended.</summary>
    private ImmutableHashSet<string> Had { get; init; } = [];

    /// <summary>The runs to begin when the present one has ended.</summary>
    private ImmutableList<RunOrder> Orders { get; init; } = [];

    /// <summary>Why runs that were ordered are not to begin.</summary>
    private ImmutableDictionary<string, string> Stopped { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The run that it has; <see langword="null"/> for none.</summary>
    public RunState? Run => (Mode as CoordinatorMode.Running)?.Run;

    /// <summary>The first term of a coordinator that starts at that time: above those of coordinators that started before.</summary>
    public static int TermAt(DateTimeOffset time) => (int)Math.Clamp((time - FirstTerm).TotalSeconds, 1, int.MaxValue / 2);

    /// <summary>One that stays, and is given runs one after another.</summary>
    public static CoordinatorState Waiting(int term) => new(new CoordinatorMode.Idle(), term, stays: true);

    /// <summary>One that has a single run.</summary>
    /// <param name="order">The run.</param>
    /// <param name="term">Its first term.</param>
    /// <param name="now">The coordinator's monotonic clock.</param>
    public static (CoordinatorState State, ImmutableArray<RunEffect> Effects) Of(RunOrder order, int term, TimeSpan now)
    {
        var state = new CoordinatorState(new CoordinatorMode.Recovering(order, new Recovery(now)), term, stays: false);
        return order.TakesOver ? (state, []) : state.BeginAnew(order, now);
    }

    /// <summary>Takes an event. An event that no longer matters changes nothing.</summary>
    /// <param name="happened">What happened.</param>
    /// <param name="runId">The run that a worker speaks of; <see langword="null"/> where it speaks of none.</param>
    /// <param name="now">When, by the coordinator's monotonic clock.</param>
    public (CoordinatorState State, ImmutableArray<RunEffect> Effects) Apply(RunEvent happened, string? runId, TimeSpan now)
    {
        if (happened is RunEvent.StopRequested { Stopped: { } stopped, Reason: var reason } && !HasRun(stopped))
        {
            // It ends when it has its turn.
            return (this with { Stopped = Stopped.SetItem(stopped, reason) }, []);
        }

        var (state, before) = happened is RunEvent.WorkerHeard heard ? RaiseTerm(heard) : (Register(happened), []);
        var (next, effects) = state.Mode switch
        {
            CoordinatorMode.Idle => state.WhileIdle(happened, now),
            CoordinatorMode.Recovering recovering => state.WhileRecovering(recovering, happened, now),
            CoordinatorMode.Running running => state.WhileRunning(running, happened, runId, now),
            CoordinatorMode.Ended ended => (state, WhileEnded(ended, happened)),
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
        return next.EndIfOver(before.AddRange(effects), now);
    }

    private bool HasRun(string runId) => Mode switch
    {
        CoordinatorMode.Recovering { Recovery.RunId: { } recovered } => recovered == runId,
        CoordinatorMode.Recovering { Order: var order } => order?.RunId == runId,
        _ => Run?.RunId == runId,
    };

    private CoordinatorState Register(RunEvent happened) => happened switch
    {
        RunEvent.WorkerRegistered registered => this with { Registered = Registered.SetItem(registered.WorkerId, registered) },
        RunEvent.WorkerLost lost => this with { Registered = Registered.Remove(lost.WorkerId) },
        RunEvent.WorkerLeaving leaving => this with { Registered = Registered.Remove(leaving.WorkerId) },
        _ => this,
    };

    // A worker listens to no term below the highest that it has heard. Of the run that is here another coordinator may rightly
    // have taken over; to every other worker this coordinator speaks last, even if a clock went back since the one before.
    private (CoordinatorState, ImmutableArray<RunEffect>) RaiseTerm(RunEvent.WorkerHeard heard)
    {
        var isOfRun = heard.RunId.Length > 0 && heard.RunId == Run?.RunId;
        if (isOfRun || heard.Term <= Term)
        {
            return (this, []);
        }

        var raised = this with { Term = heard.Term + 1 };
        return Mode is CoordinatorMode.Running mode ? raised.With(mode, mode.Run.InTerm(raised.Term), []) : (raised, []);
    }

    private (CoordinatorState, ImmutableArray<RunEffect>) WhileIdle(RunEvent happened, TimeSpan now)
    {
        switch (happened)
        {
            case RunEvent.RunOrdered { Order: var order }:
                return BeginAnew(order, now);
            case RunEvent.WorkerRegistered registered:
                return (this, [new RunEffect.Welcome(registered.WorkerId)]);
            case RunEvent.WorkerHeard heard when IsUnderWayElsewhere(heard):
                return Recover(null, heard, now);
            case RunEvent.WorkerHeard heard:
                return (this, AnswerWithoutRun(heard));
            default:
                return (this, []);
        }
    }

    private (CoordinatorState, ImmutableArray<RunEffect>) WhileRecovering(CoordinatorMode.Recovering mode, RunEvent happened, TimeSpan now)
    {
        switch (happened)
        {
            case RunEvent.RunOrdered { Order: var order }:
                return (this with { Orders = Orders.Add(order) }, []);
            case RunEvent.WorkerRegistered registered:
                return (this, [new RunEffect.Welcome(registered.WorkerId)]);
            case RunEvent.WorkerHeard heard:
                // Whatever beat is answered is counted: the answer renews the lease.
                var heardOf = mode.Recovery.Hear(heard.WorkerId, now);
                return IsUnderWayElsewhere(heard)
                    ? (this with { Mode = mode with { Recovery = heardOf.Ask(heard.RunId) } }, AskOf(mode.Recovery, heard))
                    : (this with { Mode = mode with { Recovery = heardOf } }, [.. AnswerWithoutRun(heard), .. mode.Recovery.AskMissing(heard.WorkerId)]);
            case RunEvent.RunKnownOver over:
                var knowing = this with { Had = Had.Add(over.RunId) };
                return over.RunId == mode.Recovery.RunId ? knowing.BeginAnew(mode.Order, now, mode.StopReason) : (knowing, []);
            case RunEvent.InventoryTold { Inventory: var inventory } when !Had.Contains(inventory.RunId):
                var recovery = mode.Recovery.Take(inventory, now);
                var state = this with { Mode = mode with { Recovery = recovery }, Had = Had.Union(recovery.Over) };
                return recovery.IsComplete ? state.TakeOver(mode with { Recovery = recovery }, now) : (state, []);
            case RunEvent.StopRequested stop when mode.Recovery.RunId is null:
                return BeginAnew(mode.Order, now, stop.Reason);
            case RunEvent.StopRequested stop:
                return (this with { Mode = mode with { StopReason = stop.Reason } }, []);
            case RunEvent.TimePassed when mode.Recovery.RunId is null && now - mode.Recovery.Since > RunShowsWithin:
                // A run that its workers do not tell of has ended: they are not asked for it again.
                return (this with { Had = Had.Union(mode.Recovery.Asked) }).BeginAnew(mode.Order, now);
            case RunEvent.TimePassed when now > mode.Recovery.Until:
                return TakeOver(mode, now);
            default:
                return (this, []);
        }
    }

    private (CoordinatorState, ImmutableArray<RunEffect>) WhileRunning(CoordinatorMode.Running mode, RunEvent happened, string? runId, TimeSpan now)
    {
        var run = mode.Run;
        switch (happened)
        {
            case RunEvent.RunOrdered { Order: var order }:
                return (this with { Orders = Orders.Add(order) }, []);
            case RunEvent.WorkerHeard { RunId.Length: > 0 } heard when heard.RunId != run.RunId && (Had.Contains(heard.RunId) || heard.Version == 0):
                return (this, AnswerWithoutRun(heard));
            case RunEvent.WorkerHeard { RunId.Length: > 0 } heard when heard.RunId != run.RunId && run.LoadStart is null:
                return Recover(mode.Order, heard, now);
            case RunEvent.WorkerHeard { RunId.Length: > 0 } heard when heard.RunId != run.RunId:
                return (this, [new RunEffect.Release(heard.WorkerId, heard.RunId, WorkerRun.ExitAborted, $"the coordinator is running {run.RunId} and does not know {heard.RunId}")]);
            case RunEvent.WorkerHeard heard when mode.Untold.Contains(heard.WorkerId):
                return With(mode, run.Apply(heard, now), [new RunEffect.AskInventory(heard.WorkerId, run.RunId)]);
            case RunEvent.RunKnownOver over when over.RunId == run.RunId && mode.Untold.Contains(over.WorkerId) && run.Workers.GetValueOrDefault(over.WorkerId) is { IsOver: false }:
                return With(mode, run.EndAsOver(over.WorkerId), []);
            case RunEvent.InventoryTold { Inventory: var inventory }:
                return inventory.RunId == run.RunId && mode.Untold.Contains(inventory.WorkerId) ? TakeLate(mode, inventory, now) : (this, []);
            case RunEvent.ReportReceived report when mode.Untold.Contains(report.WorkerId):
                // What it reported before comes with its inventory; this one it sends again.
                return (this, []);
            case RunEvent.WorkerRegistered registered:
                return With(mode, run.Apply(registered, now), [new RunEffect.Welcome(registered.WorkerId)]);
            default:
                return runId is null || runId == run.RunId ? With(mode, run.Apply(happened, now), []) : (this, []);
        }
    }

    private static ImmutableArray<RunEffect> WhileEnded(CoordinatorMode.Ended mode, RunEvent happened) => happened switch
    {
        RunEvent.WorkerRegistered worker => [new RunEffect.Release(worker.WorkerId, mode.RunId, mode.Ending.WorkerExitCode, "")],
        RunEvent.WorkerHeard worker => [new RunEffect.Release(worker.WorkerId, mode.RunId, mode.Ending.WorkerExitCode, "")],
        _ => [],
    };

    private bool IsUnderWayElsewhere(RunEvent.WorkerHeard heard) => heard is { RunId.Length: > 0, Version: > 0 } && !Had.Contains(heard.RunId);

    private ImmutableArray<RunEffect> AnswerWithoutRun(RunEvent.WorkerHeard heard)
        => Had.Contains(heard.RunId) ? [new RunEffect.EndRun(heard.WorkerId, heard.RunId)]
            : heard.RunId.Length == 0 && Registered.ContainsKey(heard.WorkerId) ? [new RunEffect.AnswerBeat(heard.WorkerId, heard.Sent)]
            : [new RunEffect.AskRegistration(heard.WorkerId)];

    private static ImmutableArray<RunEffect> AskOf(Recovery recovery, RunEvent.WorkerHeard heard) => recovery.HasToldOf(heard.WorkerId)
        ? [new RunEffect.AnswerBeat(heard.WorkerId, heard.Sent)]
        : [new RunEffect.AskInventory(heard.WorkerId, heard.RunId), new RunEffect.AnswerBeat(heard.WorkerId, heard.Sent)];

    // What was said of the run before is late from now on, wherever it comes after what is said of the next.
    private CoordinatorState Raised() => this with { Term = Term + 1 };

    // Workers that got ready for the run here before there was any load wait for what comes of it.
    private (CoordinatorState, ImmutableArray<RunEffect>) Recover(RunOrder? order, RunEvent.WorkerHeard heard, TimeSpan now)
    {
        var recovery = new Recovery(now).Hear(heard.WorkerId, now).Ask(heard.RunId);
        return (
            Raised() with { Mode = new CoordinatorMode.Recovering(order, recovery) },
            [
                new RunEffect.Warn($"worker {heard.WorkerId} reports a run in progress; recovering its state from the workers"),
                .. Run?.Workers.Keys.Select(worker => new RunEffect.AskRegistration(worker)) ?? [],
                .. AskOf(recovery, heard),
            ]);
    }

    private (CoordinatorState, ImmutableArray<RunEffect>) TakeOver(CoordinatorMode.Recovering mode, TimeSpan now)
    {
        var stopReason = mode.StopReason ?? (mode.Recovery.WasStopped ? "stopped before the coordinator was lost" : null);
        var (recovered, effects, untold) = mode.Recovery.Build(Term, stopReason, now);
        var run = recovered.State;
        effects =
        [
            new RunEffect.GoOn(recovered),
            new RunEffect.Warn($"took over run {run.RunId} with {run.Workers.Count} workers at {run.ElapsedAt(now).TotalSeconds:0.0} s"),
            .. effects,
        ];
        var newcomers = Registered.Values.Where(worker => !run.Workers.ContainsKey(worker.WorkerId));
        // A run of its own that had not begun gets its turn later.
        var (state, order) = Stays && mode.Order is { } own ? (this with { Orders = Orders.Insert(0, own) }, null) : (this, mode.Order);
        return state.With(new CoordinatorMode.Running(order, run, untold), run.ApplyAll(newcomers, now), effects);
    }

    private (CoordinatorState, ImmutableArray<RunEffect>) TakeLate(CoordinatorMode.Running mode, RunInventory inventory, TimeSpan now)
    {
        var reports = inventory.Reports.Select(report => RunEvent.ReportReceived.ParseTold(inventory.WorkerId, report, mode.Run.Plan));
        return With(mode with { Untold = mode.Untold.Remove(inventory.WorkerId) }, mode.Run.ApplyAll(reports, now), []);
    }

    private (CoordinatorState, ImmutableArray<RunEffect>) BeginAnew(RunOrder? order, TimeSpan now, string? stopReason = null)
    {
        if (order is null)
        {
            // What was ordered while a run was asked for has its turn now.
            return Orders is [var next, ..]
                ? (this with { Orders = Orders.RemoveAt(0) }).BeginAnew(next, now)
                : (this with { Mode = new CoordinatorMode.Idle() }, []);
        }

        if (order.Plan is not { } plan)
        {
            var ending = new RunEnding.Impossible(stopReason ?? "the coordinator was lost, no worker has a run in progress, and this standby has no plan of its own");
            return (
                this with { Mode = new CoordinatorMode.Ended(order.RunId, ending) },
                [new RunEffect.End(ending, null), .. Registered.Keys.Select(worker => new RunEffect.Release(worker, order.RunId, ending.WorkerExitCode, ""))]);
        }

        var raised = Raised() with { Stopped = Stopped.Remove(order.RunId) };
        var run = new RunState(order.RunId, plan, order.MinWorkers) { Lease = order.Lease, Term = raised.Term, StartBy = now + order.StartDeadline };
        var events = Registered.Values.ToList<RunEvent>();
        if ((stopReason ?? Stopped.GetValueOrDefault(order.RunId)) is { } reason)
        {
            events.Add(new RunEvent.StopRequested(reason));
        }

        return raised.With(new CoordinatorMode.Running(order, run, []), run.ApplyAll(events, now), [new RunEffect.Begin(run)]);
    }

    private (CoordinatorState, ImmutableArray<RunEffect>) With(
        CoordinatorMode.Running mode, (RunState Run, ImmutableArray<RunEffect> Effects) step, ImmutableArray<RunEffect> before)
        => (this with { Mode = mode with { Run = step.Run } }, before.AddRange(step.Effects));

    // A run that has just ended lets its workers go, or keeps them for the next one; those that are lost have to register again.
    private (CoordinatorState, ImmutableArray<RunEffect>) EndIfOver(ImmutableArray<RunEffect> effects, TimeSpan now)
    {
        if (Run is not { Stage: RunStage.Ended } run)
        {
            return (this, effects);
        }

        // The rest of what was to be told to its workers does not matter any more.
        effects = effects.RemoveAll(effect => effect is RunEffect.Prepare or RunEffect.Assign or RunEffect.Stop);
        var workers = Registered.Keys.Union(run.Workers.Keys, StringComparer.Ordinal);
        if (!Stays)
        {
            var ending = effects.OfType<RunEffect.End>().Last().Ending;
            return (
                this with { Mode = new CoordinatorMode.Ended(run.RunId, ending) },
                [.. effects, .. workers.Select(worker => new RunEffect.Release(worker, run.RunId, ending.WorkerExitCode, ""))]);
        }

        var idle = this with
        {
            Mode = new CoordinatorMode.Idle(),
            Had = Had.Add(run.RunId),
            Registered = Registered.RemoveRange(run.Workers.Values.Where(worker => worker.Stage == WorkerStage.Lost).Select(worker => worker.Id)),
        };
        effects = [.. effects, .. workers.Select(worker => new RunEffect.EndRun(worker, run.RunId))];
        var (next, begun) = idle.BeginAnew(null, now);
        return next.EndIfOver(effects.AddRange(begun), now);
    }
}
