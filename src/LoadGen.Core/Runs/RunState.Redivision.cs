using System.Collections.Immutable;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Runs;

/// <summary>
/// How the work is divided anew when a worker joins, leaves or is lost. For an open load in two steps, so that no arrival is
/// begun twice or never: all who are under load promise to begin nothing from a boundary on, then all of them learn the new
/// division from there. If one does not answer before the boundary is near, the change is called off and tried again later,
/// so that the load never waits for it; where workers are alive and slow to answer, with a boundary further ahead. What a lost
/// worker had been given before the boundary and did not report is lost.
/// </summary>
public sealed partial record RunState
{
    private static readonly TimeSpan ShortestLead = TimeSpan.FromMilliseconds(600);

    private static readonly TimeSpan LongestLead = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>The change in progress; <see langword="null"/> if none is.</summary>
    public Redivision? Pending { get; private init; }

    /// <summary>
    /// Whether something has happened on which the division or the end of the run depends. Little of what workers say does, so
    /// all of them are looked at only then: a thousand of them say some thousand things a second.
    /// </summary>
    private bool IsInQuestion { get; init; }

    /// <summary>No change begins before this, from the start of the load.</summary>
    private TimeSpan NotBefore { get; init; }

    /// <summary>How far ahead the boundary is: enough for a question and an answer, here and now.</summary>
    private TimeSpan Lead { get; init; } = ShortestLead;

    // Every arrival that there is, or that had come due when the run was stopped.
    private long Horizon => Plan.Load is not Load.Open open ? long.MaxValue
        : StoppedAt is { } at ? open.Schedule.CountBefore(at)
        : open.Schedule.Count;

    private (RunState, ImmutableArray<RunEffect>) Redivide(TimeSpan now)
    {
        if (Stage != RunStage.Running)
        {
            return (this, Nothing);
        }

        return Pending is not null ? Decide(Pending, ElapsedAt(now))
            : !IsInQuestion ? (this, Nothing)
            : Plan.Load is Load.Open open ? Ask(open.Schedule, ElapsedAt(now))
            : RedivideConnections();
    }

    // Connections of a closed load need no boundary: a worker with fewer lets some end, one with more opens some.
    private (RunState, ImmutableArray<RunEffect>) RedivideConnections()
    {
        var members = Candidates();
        if (IsMembership(members))
        {
            return (this with { IsInQuestion = false }, Nothing);
        }

        return Begin(members, from: 0).Then(state => state.SettleDeparted(long.MaxValue));
    }

    private (RunState, ImmutableArray<RunEffect>) Ask(Shapes.Schedule schedule, TimeSpan elapsed)
    {
        if (elapsed < NotBefore)
        {
            return (this, Nothing);
        }

        var due = (elapsed < TimeSpan.Zero ? TimeSpan.Zero : elapsed) + Lead;
        // Never before the division that was made last, whose boundary may have been further ahead.
        var from = Math.Max(schedule.CountBefore(due), Assignment!.Divisions[^1].From);
        if (from >= schedule.Count || IsMembership(Candidates()))
        {
            return (this with { IsInQuestion = false }, Nothing);
        }

        var asked = Workers.Values.Where(worker => worker.IsActive).Select(worker => worker.Id).ToImmutableArray();
        var state = this with
        {
            Assignment = Assignment with { Version = Assignment.Version + 1, CutAt = from },
            Pending = new Redivision(from, LoadStart!.Value + elapsed, due, [.. asked]),
        };
        return (state, [.. asked.Select(worker => new RunEffect.Assign(worker))]);
    }

    private (RunState, ImmutableArray<RunEffect>) Decide(Redivision pending, TimeSpan elapsed)
    {
        // The new division has to be known everywhere before the boundary. One that ended without a promise counts as one who gave
        // it only while it cannot have come there.
        if ((!pending.Awaited.IsEmpty || pending.HasEnded) && elapsed > pending.Due - (Lead / 3))
        {
            // A silent worker does not answer later either; one that was heard since it was asked is slow, or its messages are.
            var areSlow = pending.Awaited.Any(worker => Workers.GetValueOrDefault(worker)?.LastHeard > pending.Asked);
            return (this with { Lead = areSlow ? TimeSpan.FromTicks(Math.Min(2 * Lead.Ticks, LongestLead.Ticks)) : Lead }).CallOff(elapsed);
        }

        if (!pending.Awaited.IsEmpty)
        {
            return (pending.HasEnded ? this with { Pending = pending with { HasEnded = false } } : this, Nothing);
        }

        var members = Candidates();
        return members.IsEmpty
            ? CallOff(elapsed)
            : (this with { Lead = TimeSpan.FromTicks(Math.Max(Lead.Ticks / 2, ShortestLead.Ticks)) })
                .Begin(members, pending.From).Then(state => state.SettleDeparted(pending.From));
    }

    private (RunState, ImmutableArray<RunEffect>) CallOff(TimeSpan elapsed)
    {
        var state = this with
        {
            Assignment = Assignment! with { Version = Assignment.Version + 1, CutAt = null },
            Pending = null,
            NotBefore = elapsed + TryAgainAfter,
            IsInQuestion = true,
        };
        return (state, state.AssignToAll());
    }

    private (RunState, ImmutableArray<RunEffect>) Begin(ImmutableArray<WorkerState> members, long from)
    {
        var division = new Division(Epoch + 1, from, SharesOf(members));
        var state = With(members.Select(worker => worker with { Stage = WorkerStage.Running, TookPart = true })) with
        {
            Assignment = new Assignment(Assignment!.Version + 1, Assignment.Divisions.Add(division)) { Term = Term },
            Pending = null,
        };
        return (state, state.AssignToAll());
    }

    private ImmutableArray<RunEffect> AssignToAll()
        => [.. Workers.Values.Where(worker => worker.IsActive).Select(worker => new RunEffect.Assign(worker.Id))];

    private (RunState, ImmutableArray<RunEffect>) TakeConsent(RunEvent.AssignmentTaken taken)
    {
        if (!Workers.TryGetValue(taken.WorkerId, out var worker) || taken.Term != Assignment?.Term || taken.Version != Assignment.Version)
        {
            return (this, Nothing);
        }

        var state = With(worker with { Version = taken.Version, IsDone = worker.IsDone || taken.Finished });
        return Pending is { } pending
            ? (state with
            {
                Pending = pending with { From = Math.Max(pending.From, taken.Reached), Awaited = pending.Awaited.Remove(taken.WorkerId) },
            }, Nothing)
            : (state, Nothing);
    }

    // All under load that stay, and those who are ready to take part. Of a closed load with a count every arrival has been given
    // already, so no worker can join it.
    private bool IsCandidate(WorkerState worker) => !worker.IsLeaving && !worker.IsDone && worker.Stage switch
    {
        WorkerStage.Running => true,
        WorkerStage.Prepared => Plan.Load is not Load.Closed { Count: not null },
        _ => false,
    };

    // Who should take part from now on.
    private ImmutableArray<WorkerState> Candidates() => MembersOf(Workers.Values.Where(IsCandidate));

    // A plan with fewer connections than workers has work for so many of them; who has work keeps it.
    private ImmutableArray<WorkerState> MembersOf(IEnumerable<WorkerState> workers)
        => [.. workers.OrderByDescending(worker => worker.IsActive).Take(Partition.ConnectionsOf(Plan)).OrderBy(worker => worker.Id, StringComparer.Ordinal)];

    private static ImmutableArray<Share> SharesOf(ImmutableArray<WorkerState> members) => [.. members.Select(worker => new Share(worker.Id, worker.Weight))];

    // Whether the work is divided among these already, or no worker is left to take it. Workers that finished their share keep
    // it: their turns have all been taken.
    private bool IsMembership(ImmutableArray<WorkerState> members)
    {
        var division = Assignment!.Divisions[^1];
        var ids = members.Select(worker => worker.Id).ToHashSet(StringComparer.Ordinal);
        return members.IsEmpty
            || (ids.All(division.Has) && division.Shares.All(share => ids.Contains(share.WorkerId) || IsStaying(Workers[share.WorkerId])));
    }

    // What the division and the end of the run depend on.
    private bool PlaysSamePart(WorkerState? before, WorkerState after) => before?.IsActive == after.IsActive
        && IsCandidate(before) == IsCandidate(after)
        && IsStaying(before) == IsStaying(after);

    private static bool IsStaying(WorkerState worker) => worker.IsDone || (worker.Stage == WorkerStage.Finished && worker.IsSettled);

    private (RunState, ImmutableArray<RunEffect>) SettleFinished(string workerId)
    {
        var worker = Workers[workerId];
        if (StopReason is not null || !IsGivenAhead)
        {
            return (With(worker with { IsSettled = true }), Nothing);
        }

        // One that finished early leaves arrivals behind, whether or not it was heard to say that it leaves; how many is known once
        // the next division begins. A cut may be called off.
        if (worker.Books.Scheduled >= (Assignment! with { CutAt = null }).GivenTo(Plan, workerId))
        {
            return Settle(worker, Horizon);
        }

        var left = worker with { IsLeaving = true };
        return !Assignment.IsMember(workerId) && Assignment.CutAt is null ? Settle(left, Horizon) : (With(left), Nothing);
    }

    private (RunState, ImmutableArray<RunEffect>) SettleDeparted(long before)
        => SettleWhere(worker => worker.IsOver && !worker.IsSettled && !Assignment!.IsMember(worker.Id), before);

    private (RunState, ImmutableArray<RunEffect>) SettleAll(long before) => SettleWhere(worker => worker.TookPart && !worker.IsSettled, before);

    private (RunState, ImmutableArray<RunEffect>) SettleWhere(Func<WorkerState, bool> condition, long before)
    {
        var (state, effects) = (this, Nothing);
        foreach (var worker in Workers.Values.Where(condition))
        {
            (state, var caused) = state.Settle(worker, before);
            effects = effects.AddRange(caused);
        }

        return (state, effects);
    }

    // Of a closed load that its duration bounds nothing is given ahead: what its connections do not come to was never due.
    private bool IsGivenAhead => Plan.Load is not Load.Closed closed || closed is { Count: not null, Duration: null };

    // What a worker was given and did not report is lost. Where nothing is given ahead, what was in progress at the last report is.
    private (RunState, ImmutableArray<RunEffect>) Settle(WorkerState worker, long before)
    {
        var missing = !IsGivenAhead
            ? worker.Stage == WorkerStage.Lost ? worker.InFlight : 0
            : StopReason is not null && worker.Stage == WorkerStage.Finished ? 0
            : Math.Max(0, Assignment!.GivenTo(Plan, worker.Id, before) - worker.Books.Scheduled);
        var state = With(worker with { IsSettled = true, Books = worker.Books + new Tallies.Books(missing, 0, 0, 0, missing) });
        return missing > 0
            ? (state, [new RunEffect.Warn($"worker {worker.Id} {(worker.Stage == WorkerStage.Lost ? "lost" : "left")}; {missing} assigned arrivals counted as lost"), new RunEffect.CountLost(worker.Id, missing)])
            : (state, Nothing);
    }

    // A report of a worker that had been given up: what it tells is not lost any more.
    private (RunState, ImmutableArray<RunEffect>) Find(WorkerState worker, long reported)
    {
        var found = worker.IsSettled ? Math.Min(reported, worker.Books.Lost) : 0;
        return found == 0
            ? (this, Nothing)
            : (With(worker with { Books = worker.Books + new Tallies.Books(-found, 0, 0, 0, -found) }), [new RunEffect.CountLost(worker.Id, -found)]);
    }
}

/// <summary>
/// A change of the division in progress: every worker under load has been asked to begin nothing from an arrival on, and
/// the new division begins once all have promised.
/// </summary>
/// <param name="From">Where the new division begins at the earliest.</param>
/// <param name="Asked">When they were asked, by the coordinator's monotonic clock.</param>
/// <param name="Due">When that arrival is due, from the start of the load.</param>
/// <param name="Awaited">Workers that have not promised yet.</param>
public sealed record Redivision(long From, TimeSpan Asked, TimeSpan Due, ImmutableHashSet<string> Awaited)
{
    /// <summary>Whether a worker has just ended that had not promised.</summary>
    public bool HasEnded { get; init; }

    /// <summary>The same when a worker is not under load any more.</summary>
    public Redivision Without(string workerId)
        => Awaited.Contains(workerId) ? this with { Awaited = Awaited.Remove(workerId), HasEnded = true } : this;
}
