using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>Puts a run together again from what its workers tell: the latest checkpoint, and every report since.</summary>
internal sealed class Recovery
{
    private readonly Dictionary<string, ToCoordinator.Inventory> _inventories = new(StringComparer.Ordinal);
    private HashSet<string> _missing = [];
    private Assignment? _assignment;
    private Checkpoint? _checkpoint;

    /// <summary>Whether anybody told of a run.</summary>
    public bool HasRun => _inventories.Count > 0;

    /// <summary>Whether everybody who should know something has told it.</summary>
    public bool IsComplete => HasRun && _missing.Count == 0;

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
            TakeLatest(inventory.Assignment, inventory.Checkpoint);
            _missing.Remove(inventory.WorkerId);
        }
    }

    /// <summary>The run as it is now, with everything that was told merged.</summary>
    /// <param name="now">The new coordinator's monotonic clock.</param>
    public RecoveredRun Build(TimeSpan now)
    {
        var any = _inventories.Values.First();
        var plan = any.Plan;
        var checkpoint = _checkpoint;
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
        var (state, effects) = RunState.Resume(any.RunId, plan, _assignment!, loadStart, workers.Values, now);
        state = state with { Lease = any.Lease };
        foreach (var report in _inventories.Values.SelectMany(inventory => inventory.Reports).OrderBy(report => report.Number))
        {
            (state, var caused) = state.Apply(report.ToEvent(), now);
            if (caused.OfType<RunEffect.Merge>().Any())
            {
                merged.MergeEncoded(report.EncodedTally);
            }

            effects = effects.AddRange(caused.Where(effect => effect is not RunEffect.Merge));
        }

        return new RecoveredRun(state, effects, merged, any.StartedAt, checkpoint?.Version ?? 0, _inventories.Values.Any(inventory => inventory.Stopped));
    }

    // Most workers tell the same of both; who has to be waited for is found anew only where one knows of something later.
    private void TakeLatest(Assignment assignment, Checkpoint? checkpoint)
    {
        var isNew = _assignment is null || assignment.Version > _assignment.Version || checkpoint?.Version > (_checkpoint?.Version ?? 0);
        if (!isNew)
        {
            return;
        }

        _assignment = _assignment?.Version >= assignment.Version ? _assignment : assignment;
        _checkpoint = checkpoint is null || checkpoint.Version <= _checkpoint?.Version ? _checkpoint : checkpoint;
        var over = (_checkpoint?.Workers ?? [])
            .Where(worker => worker.Stage == WorkerStage.Lost || (worker.Stage == WorkerStage.Finished && worker.IsLeaving))
            .Select(worker => worker.Id);
        _missing = [.. _assignment.Divisions.SelectMany(division => division.Shares).Select(share => share.WorkerId).Except(over).Except(_inventories.Keys)];
    }
}
