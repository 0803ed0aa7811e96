using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>
/// Keeps the run's counts safe for a coordinator that may have to take over: a few workers hold a checkpoint of them. Where
/// there is no such coordinator nothing is held.
/// </summary>
internal sealed class CheckpointHolders
{
    private const int Holders = 3;
    private const int Enough = 2;

    private readonly Dictionary<string, long> _safe = new(StringComparer.Ordinal);
    private HashSet<string> _awaited = [];
    private int _held;
    private Checkpoint? _latest;

    /// <summary>Whether somebody could take over.</summary>
    public bool HasStandby { get; set; }

    /// <summary>The latest checkpoint's number.</summary>
    public int Version { get; set; }

    /// <summary>Up to which of its reports a worker need not keep them.</summary>
    /// <param name="workerId">The worker.</param>
    /// <param name="counted">The report that was just counted.</param>
    public long SafeUpTo(string workerId, long counted) => HasStandby ? _safe.GetValueOrDefault(workerId) : counted;

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
