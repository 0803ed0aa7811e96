using LoadGen.Cluster.Protocol;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// Keeps what a coordinator that takes over would need from this worker: the latest checkpoint, if it was given one to hold,
/// and the worker's own reports that no checkpoint covers. Those from before the first checkpoint are merged into one, so that
/// they take little room however long the run is.
/// </summary>
internal sealed class ReportKeeper(Plan plan)
{
    private readonly List<ToCoordinator.TallyReported> _reports = [];
    private readonly Tally _mergedTally = new(plan.Targets.Count, plan.Profiles.Count);
    private ToCoordinator.TallyReported? _merged;

    /// <summary>The latest checkpoint held; <see langword="null"/> for none.</summary>
    public Checkpoint? Checkpoint { get; private set; }

    /// <summary>The worker's reports that no checkpoint covers, in order.</summary>
    public IReadOnlyList<ToCoordinator.TallyReported> Reports
        => _merged is null ? [.. _reports] : [_merged with { EncodedTally = _mergedTally.Encode() }, .. _reports];

    /// <summary>Keeps a report.</summary>
    public void Add(ToCoordinator.TallyReported report) => _reports.Add(report);

    /// <summary>Lets go of reports up to a number.</summary>
    public void Drop(long number)
    {
        _reports.RemoveAll(report => report.Number <= number);
        if (_merged?.Number <= number)
        {
            _merged = null;
            _mergedTally.Reset();
        }
    }

    /// <summary>Keeps reports up to a number as one.</summary>
    public void Merge(long number)
    {
        foreach (var report in _reports.TakeWhile(report => report.Number <= number))
        {
            _mergedTally.MergeEncoded(report.EncodedTally);
            _merged = report with { First = _merged?.First ?? report.First, Ended = (_merged?.Ended ?? default) + report.Ended, EncodedTally = [] };
        }

        _reports.RemoveAll(report => report.Number <= number);
    }

    /// <summary>Holds a checkpoint instead of an earlier one.</summary>
    /// <returns>Whether it is not older than the one held.</returns>
    public bool Hold(Checkpoint checkpoint)
    {
        if (checkpoint.Version < Checkpoint?.Version)
        {
            return false;
        }

        Checkpoint = checkpoint;
        return true;
    }
}
