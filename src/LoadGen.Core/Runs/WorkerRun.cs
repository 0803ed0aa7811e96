using System.Collections.Immutable;

namespace LoadGen.Core.Runs;

/// <summary>Who a worker is.</summary>
/// <param name="Id">Its name in results, unique in the cluster.</param>
/// <param name="Host">The machine it runs on.</param>
/// <param name="Weight">Its share of the work among others, at least 1.</param>
/// <param name="Patience">How long to wait for a coordinator before there is a run.</param>
public sealed record WorkerIdentity(string Id, string Host, int Weight, TimeSpan Patience);

/// <summary>
/// The run as one worker sees it, and every decision of the worker: a function from a state and an event to the next state and
/// what has to be done. Time comes in with the events, by the worker's monotonic clock. What must arrive is said again with
/// every beat until an answer shows that it did, so a lost, repeated, late or overtaken message changes nothing.
/// </summary>
public sealed partial record WorkerRun(WorkerIdentity Self)
{
    /// <summary>The run ended early for this worker.</summary>
    public const int ExitAborted = 11;

    /// <summary>There is no coordinator.</summary>
    public const int ExitNotFormed = 13;

    /// <summary>A fault of the program.</summary>
    public const int ExitFault = 1;

    /// <summary>How often <see cref="WorkerEvent.TimePassed"/> should come.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan RegisterEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RepeatReportAfter = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SearchAfter = TimeSpan.FromSeconds(1);

    /// <summary>A process that was not awake for so long does not know yet whether it has been answered.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public WorkerMode Mode { get; private init; } = new WorkerMode.Registering(TimeSpan.MinValue);

    /// <summary>The highest term of a coordinator that it has heard.</summary>
    public int Term { get; private init; }

    /// <summary>The coordinator's clock.</summary>
    public CoordinatorClock Clock { get; private init; } = CoordinatorClock.Unknown;

    /// <summary>When it last heard a coordinator, or began to wait for one.</summary>
    public TimeSpan LastHeard { get; private init; }

    /// <summary>Runs that have ended: what is still said of them came late.</summary>
    private ImmutableHashSet<string> Over { get; init; } = [];

    private TimeSpan LastBeat { get; init; }

    private TimeSpan LastLook { get; init; }

    /// <summary>Takes an event. An event that no longer matters changes nothing.</summary>
    /// <param name="happened">What happened.</param>
    /// <param name="now">When, by the worker's monotonic clock.</param>
    public (WorkerRun State, ImmutableArray<WorkerEffect> Effects) Apply(WorkerEvent happened, TimeSpan now)
    {
        if (Mode is WorkerMode.Ended || (happened is WorkerEvent.Said said && said.Term < Term))
        {
            return (this, []);
        }

        var effects = ImmutableArray.CreateBuilder<WorkerEffect>();
        var state = happened switch
        {
            WorkerEvent.Said order => Hear(order.Term, now).Take(order, now, effects),
            WorkerEvent.TimePassed => Look(now, effects),
            WorkerEvent.LeaveRequested => Leave(now, effects),
            _ => TakeFromHere(happened, now, effects),
        };
        return (state.GoIfDone(effects), effects.ToImmutable());
    }

    /// <summary>Whether no coordinator answers where it was last: it may have started anew where the cluster of before does not know it.</summary>
    public bool IsSearching(TimeSpan now) => now - LastHeard > SearchAfter;

    /// <summary>Whether the lease has expired, so that nothing may begin.</summary>
    public bool IsFenced(TimeSpan now) => Mode is WorkerMode.Loading { Load: var load } && now - load.LeaseFrom > load.Offer.Lease;

    private WorkerRun Hear(int term, TimeSpan now)
    {
        var heard = this with { LastHeard = now, Term = term, Clock = term > Term ? Clock.Forget() : Clock };
        // Back in time: what is left is reported, and not saved here.
        return heard.Mode is WorkerMode.Loading { Load: { Course: LoadCourse.GivingUp } load }
            ? heard.With(load with { Course = LoadCourse.Stopping })
            : heard;
    }

    private WorkerRun Take(WorkerEvent.Said order, TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        switch (order)
        {
            case WorkerEvent.Welcomed:
                return Mode is WorkerMode.Registering ? (this with { Mode = new WorkerMode.Waiting() }).Beat(now, effects) : this;
            case WorkerEvent.RegistrationAsked:
                return Mode is WorkerMode.Loading ? this : RegisterAgain(now, effects);
            case WorkerEvent.BeatAnswered answer:
                return TakeAnswer(answer, now, effects);
            case WorkerEvent.RunOffered or WorkerEvent.InventoryAsked when Over.Contains(order.RunId):
                // It came late, or the coordinator took the run over from a worker that missed its end.
                effects.Add(new WorkerEffect.SayOver(order.RunId));
                return this;
            case WorkerEvent.RunOffered offer:
                return TakeOffer(new RunOffer(offer.RunId, offer.Plan, offer.Lease), effects);
            case WorkerEvent.Released released:
                if (released.Reason.Length > 0)
                {
                    effects.Add(new WorkerEffect.Warn($"released by the coordinator: {released.Reason}"));
                }

                return End(Mode is WorkerMode.Loading { Load.Course: LoadCourse.HandingOver or LoadCourse.Leaving } ? ExitAborted : released.ExitCode, effects);
            default:
                return order.RunId == Mode.Run?.RunId ? TakeOfRun(order, now, effects) : this;
        }
    }

    private WorkerRun TakeOfRun(WorkerEvent.Said order, TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        switch (order, Mode)
        {
            case (WorkerEvent.WorkAssigned work, WorkerMode.Prepared prepared) when Clock.Ahead is { } ahead:
                return TakeWork(work, new WorkerLoading(prepared.Offer, prepared.Crypto, work.Assignment, work.LoadStart - ahead, work.StartedAt) { LeaseFrom = Clock.LastAnswered ?? now }, isFirst: true, now, effects);
            case (WorkerEvent.WorkAssigned work, WorkerMode.Loading { Load: var load }) when !load.Assignment.IsAfter(work.Assignment):
                return TakeWork(work, load, isFirst: false, now, effects);
            case (WorkerEvent.ReportAcknowledged acknowledged, WorkerMode.Loading { Load: var load }):
                return Acknowledge(acknowledged, load, effects);
            case (WorkerEvent.CheckpointGiven given, WorkerMode.Loading { Load: var load }) when !(given.Checkpoint.Version < load.Checkpoint?.Version):
                effects.Add(new WorkerEffect.SayHeld(order.RunId, given.Checkpoint.Version));
                return With(load with { Checkpoint = given.Checkpoint });
            case (WorkerEvent.InventoryAsked, WorkerMode.Loading { Load: var load }):
                effects.Add(new WorkerEffect.TellInventory(InventoryOf(load, now)));
                return this;
            case (WorkerEvent.StopOrdered, WorkerMode.Loading { Load: { Course: LoadCourse.Loading or LoadCourse.HandingOver } load }):
                effects.Add(new WorkerEffect.StopLoad());
                return With(load with { Course = load.Course == LoadCourse.HandingOver ? LoadCourse.Leaving : LoadCourse.Stopping });
            case (WorkerEvent.RunEnded, WorkerMode.Loading { Load.Course: LoadCourse.HandingOver or LoadCourse.Leaving }):
                return End(ExitAborted, effects);
            case (WorkerEvent.RunEnded, _):
                effects.Add(new WorkerEffect.DropRun());
                return this with { Mode = new WorkerMode.Waiting(), Over = Over.Add(order.RunId) };
            default:
                return this;
        }
    }

    private WorkerRun TakeFromHere(WorkerEvent happened, TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        switch (happened, Mode)
        {
            case (WorkerEvent.Prepared prepared, WorkerMode.Preparing { Offer: var run }) when prepared.RunId == run.RunId:
                return (this with { Mode = new WorkerMode.Prepared(run, prepared.Crypto) }).Beat(now, effects);
            case (WorkerEvent.TargetsRefused refused, WorkerMode.Preparing { Offer: var run }) when refused.RunId == run.RunId:
                return BecomeUnfit(run, new WorkerEffect.SayRefused(run.RunId, refused.Reasons), effects);
            case (WorkerEvent.PreparationFailed failed, WorkerMode.Preparing { Offer: var run }) when failed.RunId == run.RunId:
                return BecomeUnfit(run, new WorkerEffect.SayUnfit(run.RunId, failed.Reason), effects);
            case (WorkerEvent.Divided divided, WorkerMode.Loading { Load: var load }) when divided.RunId == load.Offer.RunId:
                effects.Add(new WorkerEffect.SayTaken(divided.RunId, divided.Term, divided.Version, divided.Reached, divided.Finished));
                return this;
            case (WorkerEvent.SecondPassed passed, WorkerMode.Loading { Load: { IsAcknowledged: true, IsDrained: false } load }) when passed.RunId == load.Offer.RunId:
                return AskForReport(load, effects);
            case (WorkerEvent.ReportMade made, WorkerMode.Loading { Load: { IsAcknowledged: false, OnItsWay: null } load }) when made.RunId == load.Offer.RunId:
                effects.Add(new WorkerEffect.Report(made.RunId, made.Report));
                return With(load with { Kept = load.Kept.Add(made.Report), OnItsWay = made.Report, SentAt = now });
            case (WorkerEvent.Drained drained, WorkerMode.Loading { Load: { IsDrained: false } load }) when drained.RunId == load.Offer.RunId:
                var all = load with { IsDrained = true };
                return all.IsAcknowledged ? AskForReport(all, effects) : With(all);
            case (WorkerEvent.PartialSaved saved, WorkerMode.Loading { Load: { Course: LoadCourse.Saving } load }) when saved.RunId == load.Offer.RunId:
                return End(ExitAborted, effects);
            case (WorkerEvent.LoadFailed failed, { Run: { } run }) when failed.RunId == run.RunId:
                effects.Add(new WorkerEffect.Warn($"internal error: the load failed: {failed.Reason}"));
                effects.Add(new WorkerEffect.SayFailed(run.RunId, failed.Reason));
                return End(ExitFault, effects);
            default:
                return this;
        }
    }

    // What has to be done because of the time alone.
    private WorkerRun Look(TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        var awake = this with { LastLook = now, LastHeard = now - LastLook > LongestPause ? now : LastHeard };
        return awake.LoseHope(now, effects) ?? awake.SayAgain(now, effects);
    }

    private WorkerRun? LoseHope(TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        var silent = now - LastHeard;
        switch (Mode)
        {
            case WorkerMode.Loading { Load: { Course: not (LoadCourse.GivingUp or LoadCourse.Saving) } load } when silent > 2 * load.Offer.Lease:
                effects.Add(new WorkerEffect.Warn($"no response from the coordinator for {silent.TotalSeconds:0} s; stopping and saving partial results"));
                effects.Add(new WorkerEffect.StopLoad());
                return With(load with { Course = LoadCourse.GivingUp });
            case WorkerMode.Loading:
                return null;
            default:
                return silent > (Mode.Run is { } run ? 2 * run.Lease : Self.Patience) ? End(ExitNotFormed, effects) : null;
        }
    }

    private WorkerRun SayAgain(TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        var state = this;
        if (Mode is WorkerMode.Registering registering && now >= registering.Next)
        {
            effects.Add(new WorkerEffect.Register());
            state = this with { Mode = new WorkerMode.Registering(now + RegisterEvery) };
        }

        if (now - LastBeat >= BeatEvery)
        {
            state = state.Beat(now, effects);
        }

        if (Mode is not WorkerMode.Loading { Load: var load })
        {
            return state;
        }

        if (load.OnItsWay is { } report && now - load.SentAt >= RepeatReportAfter)
        {
            effects.Add(new WorkerEffect.Report(load.Offer.RunId, report));
            load = load with { SentAt = now };
        }

        if (load.Course == LoadCourse.HandingOver && now >= load.HandsOverUntil)
        {
            effects.Add(new WorkerEffect.StopLoad());
            load = load with { Course = LoadCourse.Leaving };
        }

        return state.With(load);
    }

    // Every beat says again what has to be known.
    private WorkerRun Beat(TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        var assignment = (Mode as WorkerMode.Loading)?.Load.Assignment;
        effects.Add(new WorkerEffect.Beat(Mode.Run?.RunId ?? "", assignment?.Term ?? 0, assignment?.Version ?? 0, now));
        switch (Mode)
        {
            case WorkerMode.Prepared prepared when Clock.Ahead is not null:
                // Ready is who can also translate the start into the time here.
                effects.Add(new WorkerEffect.SayPrepared(prepared.Offer.RunId, prepared.Crypto));
                break;
            case WorkerMode.Unfit unfit:
                effects.Add(unfit.Answer);
                break;
            case WorkerMode.Loading { Load: { Course: LoadCourse.HandingOver or LoadCourse.Leaving } load }:
                effects.Add(new WorkerEffect.SayLeaving(load.Offer.RunId));
                break;
        }

        return this with { LastBeat = now };
    }

    private WorkerRun RegisterAgain(TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        if (Mode.Run is not null)
        {
            effects.Add(new WorkerEffect.DropRun());
        }

        return Mode is WorkerMode.Registering ? this : this with { Mode = new WorkerMode.Registering(now) };
    }

    private WorkerRun TakeAnswer(WorkerEvent.BeatAnswered answer, TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        var knewTime = Clock.Ahead is not null;
        var state = this with { Clock = Clock.Answered(answer.Sent, answer.CoordinatorNow, now) };
        if (!knewTime && Mode is WorkerMode.Prepared prepared)
        {
            effects.Add(new WorkerEffect.SayPrepared(prepared.Offer.RunId, prepared.Crypto));
        }

        return state.Renew(answer.Sent, now, effects);
    }

    private WorkerRun TakeOffer(RunOffer offer, ImmutableArray<WorkerEffect>.Builder effects)
    {
        if (Mode.Run?.RunId == offer.RunId)
        {
            return this;
        }

        if (Mode.Run is not null)
        {
            // The coordinator has none of that run any more.
            effects.Add(new WorkerEffect.DropRun());
        }

        effects.Add(new WorkerEffect.Prepare(offer));
        return this with { Mode = new WorkerMode.Preparing(offer) };
    }

    private WorkerRun BecomeUnfit(RunOffer run, WorkerEffect answer, ImmutableArray<WorkerEffect>.Builder effects)
    {
        effects.Add(answer);
        return this with { Mode = new WorkerMode.Unfit(run, answer) };
    }

    private WorkerRun End(int exitCode, ImmutableArray<WorkerEffect>.Builder effects)
    {
        if (Mode.Run is not null)
        {
            effects.Add(new WorkerEffect.DropRun());
        }

        effects.Add(new WorkerEffect.Release(exitCode));
        return this with { Mode = new WorkerMode.Ended(exitCode) };
    }
}
