using System.Collections.Immutable;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Runs;

/// <summary>How a coordinator that takes over goes on with a run that is under way, from what the workers tell it.</summary>
public sealed partial record RunState
{
    /// <summary>A run under way. A change of the division that was not decided yet is called off.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="plan">What is run.</param>
    /// <param name="assignment">The latest that any worker goes by.</param>
    /// <param name="loadStart">When the load started, by the new coordinator's monotonic clock.</param>
    /// <param name="workers">
    /// Those of the latest checkpoint, and those that told about themselves. Reports that the checkpoint does not cover come
    /// after this, as events.
    /// </param>
    /// <param name="now">The new coordinator's monotonic clock.</param>
    public static (RunState State, ImmutableArray<RunEffect> Effects) Resume(
        string runId, Plan plan, Assignment assignment, TimeSpan loadStart, IEnumerable<WorkerState> workers, TimeSpan now)
    {
        var known = workers.ToDictionary(worker => worker.Id, worker => worker with { LastHeard = now, TookPart = true, Version = 0 }, StringComparer.Ordinal);
        foreach (var share in assignment.Divisions.SelectMany(division => division.Shares))
        {
            // Given work, and silent: it shows up, or it is lost when its lease has ended.
            known.TryAdd(share.WorkerId, new WorkerState(share.WorkerId, "", share.Weight)
            {
                Stage = WorkerStage.Running, LastHeard = now, TookPart = true,
            });
        }

        var state = new RunState(runId, plan, 1)
        {
            Stage = RunStage.Running,
            LoadStart = loadStart,
            Assignment = assignment with { Version = assignment.Version + 1, CutAt = null },
            IsInQuestion = true,
            Workers = known.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
        return (state, state.AssignToAll());
    }
}
