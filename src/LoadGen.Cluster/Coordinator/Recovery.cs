using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>Puts a run together again from what its workers tell: the latest checkpoint, and every report since.</summary>
internal sealed class Recovery
{
    private readonly Dictionary<string, ToCoordinator.Inventory> _inventories = new(StringComparer.Ordinal);

    /// <summary>Whether anybody told of a run.</summary>
    public bool HasRun => _inventories.Count > 0;

    /// <summary>Whether everybody who should know something has told it.</summary>
    public bool IsComplete => HasRun && Awaited().All(_inventories.ContainsKey);

    /// <summary>The workers whose inventories are here.</summary>
    public IEnumerable<string> Told => _inventories.Keys;

    /// <summary>Whether a worker's inventory is here. What it reports after that it reports again, until it is answered.</summary>
    public bool HasToldOf(string workerId) => _inventories.ContainsKey(workerId);

    /// <summary>Takes what one worker tells. Of two runs, which must not be, the one told of first counts.</summary>
    public void Add(ToCoordinator.Inventory inventory)
    {
        if (inventory.Assignment is not null && (!HasRun || _inventories.Values.First().RunId == inventory.RunId))
        {
            _inventories[inventory.WorkerId] = inventory;
        }
    }

    /// <summary>The run as it is now, with everything that was told merged.</summary>
    /// <param name="now">The new coordinator's monotonic clock.</param>
    public RecoveredRun Build(TimeSpan now)
    {
        var any = _inventories.Values.First();
        var plan = any.Plan;
        var checkpoint = LatestCheckpoint();
        var merged = new Tally(plan.Targets.Count, plan.Profiles.Count);
        if (checkpoint is not null)
        {
            merged.MergeEncoded(checkpoint.EncodedTally);
        }

        var workers = (checkpoint?.Workers ?? []).ToDictionary(worker => worker.Id, StringComparer.Ordinal);
        foreach (var inventory in _inventories.Values)
        {
            workers.TryAdd(inventory.WorkerId, new WorkerState(inventory.WorkerId, inventory.Host, inventory.Weight) { Stage = WorkerStage.Running });
            workers[inventory.WorkerId] = workers[inventory.WorkerId] with { Crypto = inventory.Crypto };
        }

        var loadStart = now - _inventories.Values.Select(inventory => inventory.Elapsed).Max();
        var (state, effects) = RunState.Resume(any.RunId, plan, LatestAssignment(), loadStart, workers.Values, now);
        state = state with { Lease = any.Lease };
        foreach (var report in _inventories.Values.SelectMany(inventory => inventory.Reports).OrderBy(report => report.Number))
        {
            (state, var caused) = state.Apply(
                new RunEvent.ReportReceived(report.WorkerId, report.Number, report.Ended, report.InFlight, report.Usage, report.Final), now);
            if (caused.OfType<RunEffect.Merge>().Any())
            {
                merged.MergeEncoded(report.EncodedTally);
            }

            effects = effects.AddRange(caused.Where(effect => effect is not RunEffect.Merge));
        }

        return new RecoveredRun(state, effects, merged, any.StartedAt, checkpoint?.Version ?? 0, _inventories.Values.Any(inventory => inventory.Stopped));
    }

    private Checkpoint? LatestCheckpoint()
        => _inventories.Values.Select(inventory => inventory.Checkpoint).OfType<Checkpoint>().MaxBy(checkpoint => checkpoint.Version);

    private Assignment LatestAssignment() => _inventories.Values.Select(inventory => inventory.Assignment!).MaxBy(assignment => assignment.Version)!;

    private IEnumerable<string> Awaited()
    {
        var over = (LatestCheckpoint()?.Workers ?? []).Where(worker => worker.Stage == WorkerStage.Lost || (worker.Stage == WorkerStage.Finished && worker.IsLeaving)).Select(worker => worker.Id);
        return LatestAssignment().Divisions.SelectMany(division => division.Shares).Select(share => share.WorkerId).Distinct().Except(over);
    }
}
