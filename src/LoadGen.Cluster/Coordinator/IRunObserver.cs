using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>Sees a run from the coordinator. Called from the coordinator's thread, one call at a time.</summary>
public interface IRunObserver
{
    /// <summary>About once a second, and at every change of stage.</summary>
    void Progressed(RunProgress progress);

    /// <summary>What was counted up to that progress. The tally changes again afterwards: it is to be read within the call.</summary>
    void Counted(RunProgress progress, Plan plan, Tally merged)
    {
    }

    /// <summary>The run has ended. Called once.</summary>
    /// <param name="ending">How it ended.</param>
    /// <param name="record">Everything known about it, where it finished; <see langword="null"/> otherwise.</param>
    void Ended(RunEnding ending, RunRecord? record);

    /// <summary>Every worker has left, or was given the time to.</summary>
    void WorkersLeft();
}
