namespace LoadGen.Cluster.Nodes.Downing;

/// <summary>How the members of the cluster look from one node.</summary>
/// <param name="ReachableCoordinators">Coordinators on this side, standbys too.</param>
/// <param name="UnreachableCoordinators">Coordinators on the other side.</param>
/// <param name="ReachableWorkers">Workers on this side.</param>
/// <param name="UnreachableWorkers">Workers on the other side.</param>
/// <param name="OldestCoordinatorIsHere">Whether the coordinator that has the run is on this side.</param>
/// <param name="UnreachableFor">For how long this has been so, without a change.</param>
/// <param name="AllGone">Whether every unreachable node refuses connections: its process has ended.</param>
internal sealed record ReachabilityView(
    int ReachableCoordinators,
    int UnreachableCoordinators,
    int ReachableWorkers,
    int UnreachableWorkers,
    bool OldestCoordinatorIsHere,
    TimeSpan UnreachableFor,
    bool AllGone)
{
    /// <summary>
    /// Decides which side of a partition continues. Both sides see the same members and decide alike, so there are never two
    /// coordinators: where coordinators are on both sides, the one with more workers continues, and of equals the one that has
    /// the run. Lost workers alone never end a run, and a worker that is cut off waits: its lease ends its load.
    /// </summary>
    /// <param name="stableAfter">How long a partition has to last before coordinators are given up.</param>
    /// <param name="lease">How long it has to last before workers are given up: they have stopped by then.</param>
    public DowningDecision Decide(TimeSpan stableAfter, TimeSpan lease)
    {
        if (UnreachableCoordinators + UnreachableWorkers == 0 || ReachableCoordinators == 0)
        {
            // The last coordinators may all be dead; but then there is nothing to do here than to wait for the lease's end.
            return DowningDecision.Wait;
        }

        if (AllGone)
        {
            return DowningDecision.DownUnreachable;
        }

        if (UnreachableCoordinators == 0)
        {
            return UnreachableFor >= lease ? DowningDecision.DownUnreachable : DowningDecision.Wait;
        }

        if (UnreachableFor < stableAfter)
        {
            return DowningDecision.Wait;
        }

        var goesOn = ReachableWorkers != UnreachableWorkers ? ReachableWorkers > UnreachableWorkers : OldestCoordinatorIsHere;
        return goesOn ? DowningDecision.DownUnreachable : DowningDecision.DownThisSide;
    }
}
