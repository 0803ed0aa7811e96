using System.Collections.Immutable;

namespace LoadGen.Core.Runs;

/// <summary>
/// A worker under load: it takes its work, keeps its lease, reports one part after the other (the next only when the one before
/// was acknowledged), and has three ways out: all is delivered, it leaves, or it gives up because no coordinator answers.
/// </summary>
public sealed partial record WorkerRun
{
    private static readonly TimeSpan HandOverWithin = TimeSpan.FromMilliseconds(900);

    // The lease counts from the question: the coordinator's count begins later, when it hears it. Once the lease has expired, others may
    // have the share: a coordinator that takes over does not know that yet, so only its assignment lets arrivals begin again.
    private WorkerRun Renew(TimeSpan asked, TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        if (Mode is not WorkerMode.Loading { Load: var load } || (IsFenced(now) && load.Assignment.Term < Term))
        {
            return this;
        }

        load = load with { LeaseFrom = load.LeaseFrom > asked ? load.LeaseFrom : asked };
        effects.Add(new WorkerEffect.Renew(load.LeaseFrom + load.Offer.Lease - now));
        return With(load);
    }

    private WorkerRun TakeWork(WorkerEvent.WorkAssigned work, WorkerLoading load, bool isFirst, TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        if (isFirst)
        {
            effects.Add(new WorkerEffect.BeginLoad(load.Offer, load.LoadStart - now));
        }

        effects.Add(new WorkerEffect.Divide(work.Assignment));
        return With(load with { Assignment = work.Assignment, StartedAt = work.StartedAt }).Renew(Clock.LastAnswered ?? TimeSpan.Zero, now, effects);
    }

    private WorkerRun Acknowledge(WorkerEvent.ReportAcknowledged acknowledged, WorkerLoading load, ImmutableArray<WorkerEffect>.Builder effects)
    {
        load = load with { Kept = load.Kept.Drop(acknowledged.SafeUpTo).Merge(acknowledged.MergeUpTo, load.Offer.Plan) };
        if (load.OnItsWay?.Number != acknowledged.Number)
        {
            return With(load);
        }

        load = load with { OnItsWay = null, IsAcknowledged = true };
        return load is { IsDrained: true, IsFinal: false } ? AskForReport(load, effects) : With(load);
    }

    private WorkerRun AskForReport(WorkerLoading load, ImmutableArray<WorkerEffect>.Builder effects)
    {
        effects.Add(new WorkerEffect.MakeReport(load.LastReport + 1, load.IsDrained));
        return With(load with { LastReport = load.LastReport + 1, IsAcknowledged = false, IsFinal = load.IsDrained });
    }

    private RunInventory InventoryOf(WorkerLoading load, TimeSpan now) => new()
    {
        RunId = load.Offer.RunId,
        WorkerId = Self.Id,
        Host = Self.Host,
        Weight = Self.Weight,
        Crypto = load.Crypto,
        Plan = load.Offer.Plan,
        Lease = load.Offer.Lease,
        Assignment = load.Assignment,
        Elapsed = now - load.LoadStart,
        StartedAt = load.StartedAt,
        Stopped = load.Course == LoadCourse.Stopping,
        Checkpoint = load.Checkpoint,
        Reports = load.Kept.All,
    };

    private WorkerRun Leave(TimeSpan now, ImmutableArray<WorkerEffect>.Builder effects)
    {
        effects.Add(new WorkerEffect.SayLeaving(Mode.Run?.RunId ?? ""));
        if (Mode is not WorkerMode.Loading { Load: var load })
        {
            return End(ExitAborted, effects);
        }

        return load.Course switch
        {
            LoadCourse.Loading => With(load with { Course = LoadCourse.HandingOver, HandsOverUntil = now + HandOverWithin }),
            LoadCourse.Stopping => With(load with { Course = LoadCourse.Leaving }),
            _ => this,
        };
    }

    // Two ways out of a load need no more from outside: a worker that leaves has delivered everything, or one that gives up has
    // nothing in progress any more.
    private WorkerRun GoIfDone(ImmutableArray<WorkerEffect>.Builder effects)
    {
        switch (Mode)
        {
            case WorkerMode.Loading { Load: { Course: LoadCourse.HandingOver or LoadCourse.Leaving, IsDelivered: true } }:
                return End(ExitAborted, effects);
            case WorkerMode.Loading { Load: { Course: LoadCourse.GivingUp, IsDrained: true } load }:
                effects.Add(new WorkerEffect.SavePartial(load.Offer, load.Crypto, load.StartedAt));
                return With(load with { Course = LoadCourse.Saving });
            default:
                return this;
        }
    }

    private WorkerRun With(WorkerLoading load) => this with { Mode = new WorkerMode.Loading(load) };
}
