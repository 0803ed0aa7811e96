using System.Collections.Immutable;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Runs;

/// <summary>How a coordinator that takes over continues with a run in progress, from what the workers tell it.</summary>
public sealed partial record RunState
{
    /// <summary>A run in progress. A change of the division that was not decided yet is called off.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="plan">What is run.</param>
    /// <param name="assignment">The latest that any worker follows.</param>
    /// <param name="loadStart">When the load started, by the new coordinator's monotonic clock.</param>
    /// <param name="workers">
    /// Those of the latest checkpoint, and those that told about themselves. Reports that the checkpoint does not cover come
    /// after this, as events.
    /// </param>
    /// <param name="term">The new coordinator's.</param>
    /// <param name="lease">As the coordinator before had it.</param>
    /// <param name="heard">When each worker was last heard of; of one that is not named, nothing was heard since <paramref name="since"/>.</param>
    /// <param name="since">When the new coordinator began to ask, by its monotonic clock.</param>
    public static (RunState State, ImmutableArray<RunEffect> Effects) Resume(
        string runId,
        Plan plan,
        Assignment assignment,
        TimeSpan loadStart,
        IEnumerable<WorkerState> workers,
        int term,
        TimeSpan lease,
        IReadOnlyDictionary<string, TimeSpan> heard,
        TimeSpan since)
    {
        var known = workers.ToDictionary(worker => worker.Id, worker => worker with { TookPart = true, Version = 0 }, StringComparer.Ordinal);
        foreach (var share in assignment.Divisions.SelectMany(division => division.Shares))
        {
            // Given work, and silent: it shows up, or it is lost when its lease has ended.
            known.TryAdd(share.WorkerId, new WorkerState(share.WorkerId, "", share.Weight)
            {
                Stage = WorkerStage.Running, TookPart = true,
            });
        }

        var state = new RunState(runId, plan, 1)
        {
            Term = term,
            Lease = lease,
            Stage = RunStage.Running,
            LoadStart = loadStart,
            Assignment = assignment with { Term = term, Version = assignment.Version + 1, CutAt = null },
            IsInQuestion = true,
            Workers = known.Values.ToImmutableSortedDictionary(
                worker => worker.Id,
                worker => worker with { LastHeard = heard.GetValueOrDefault(worker.Id, since), HadWorkAt = null },
                StringComparer.Ordinal),
        };
        return (state, state.AssignToAll());
    }

    /// <summary>A run that was taken over from workers who missed its end: the coordinator before has ended it, and has its result.</summary>
    public (RunState State, ImmutableArray<RunEffect> Effects) EndAsOver(string workerId)
        => End(new RunEnding.Impossible($"run {RunId} has already ended (reported by worker {workerId}); its previous coordinator has the result"));

    /// <summary>The same of a coordinator that speaks with a higher term from now on: its workers are told the division anew.</summary>
    public (RunState State, ImmutableArray<RunEffect> Effects) InTerm(int term)
    {
        var state = this with { Term = term };
        if (Assignment is null || Stage != RunStage.Running)
        {
            return (state, []);
        }

        // A change of the division that was not decided yet is called off.
        state = state with { Assignment = Assignment with { Term = term, Version = Assignment.Version + 1, CutAt = null }, Pending = null, IsInQuestion = true };
        return (state, state.AssignToAll());
    }
}
