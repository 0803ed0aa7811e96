using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// Keeps what a coordinator that takes over would need from this worker: the latest checkpoint, if it was given one to hold,
/// and the worker's own reports since the checkpoint that covers it.
/// </summary>
internal sealed class ReportKeeper
{
    private readonly List<ToCoordinator.TallyReported> _reports = [];

    /// <summary>The latest checkpoint held; <see langword="null"/> for none.</summary>
    public Checkpoint? Checkpoint { get; private set; }

    /// <summary>The worker's reports that no checkpoint covers, in order.</summary>
    public IReadOnlyList<ToCoordinator.TallyReported> Reports => [.. _reports];

    /// <summary>Keeps a report.</summary>
    public void Add(ToCoordinator.TallyReported report) => _reports.Add(report);

    /// <summary>Lets go of reports up to a number.</summary>
    public void Drop(long number) => _reports.RemoveAll(report => report.Number <= number);

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
