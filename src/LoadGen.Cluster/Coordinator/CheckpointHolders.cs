using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>
/// Keeps the run's counts safe for a coordinator that may have to take over: a few workers hold a checkpoint of them. As long
/// as there was no such coordinator none is made, and each worker has all of its own counts.
/// </summary>
internal sealed class CheckpointHolders
{
    private const int Holders = 3;
    private const int Enough = 2;

    private readonly Dictionary<string, long> _safe = new(StringComparer.Ordinal);
    private HashSet<string> _awaited = [];
    private int _held;
    private Checkpoint? _latest;

    /// <summary>Whether checkpoints are made: a standby can take over, or could once.</summary>
    public bool InUse { get; private set; }

    /// <summary>The latest checkpoint's number; 0 for none.</summary>
    public int Version { get; private set; }

    /// <summary>Up to which of its reports a worker need not keep them.</summary>
    public long SafeUpTo(string workerId) => _safe.GetValueOrDefault(workerId);

    /// <summary>Up to which of its reports a worker may keep them as one: the first checkpoint will cover all that was counted before.</summary>
    /// <param name="counted">The worker's report that was just counted.</param>
    public long MergeUpTo(long counted) => InUse ? 0 : counted;

    /// <summary>From now on checkpoints are made.</summary>
    public void Use() => InUse = true;

    /// <summary>Continues from the latest checkpoint of a coordinator before this one.</summary>
    public void GoOnFrom(int version)
    {
        Version = version;
        InUse |= version > 0;
    }

    /// <summary>Makes a checkpoint, and says who should hold it.</summary>
    public (Checkpoint Checkpoint, IReadOnlyList<string> Holders) Make(RunState state, Tally merged)
    {
        _latest = new Checkpoint(++Version, state.TookPart, merged.Encode());
        var holders = state.Workers.Values.Where(worker => worker.IsActive).Take(Holders).Select(worker => worker.Id).ToList();
        _awaited = [.. holders];
        _held = 0;
        return (_latest, holders);
    }

    /// <summary>A worker holds a checkpoint. Once enough do, what it covers is safe.</summary>
    public void Held(string workerId, int version)
    {
        if (_latest?.Version != version || !_awaited.Remove(workerId))
        {
            return;
        }

        _held++;
        if (_held >= Enough || _awaited.Count == 0)
        {
            foreach (var worker in _latest.Workers)
            {
                _safe[worker.Id] = worker.LastReport;
            }
        }
    }
}
