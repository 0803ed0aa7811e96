using System.Collections.Immutable;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>A run that a coordinator has taken over.</summary>
/// <param name="State">The run.</param>
/// <param name="Effects">What has to be done now.</param>
/// <param name="Merged">Everything counted so far.</param>
/// <param name="StartedAt">When the load started, by the first coordinator's wall clock.</param>
/// <param name="CheckpointVersion">The latest checkpoint that is held; 0 for none.</param>
/// <param name="WasStopped">Whether the workers had been told to stop.</param>
internal sealed record RecoveredRun(
    RunState State, ImmutableArray<RunEffect> Effects, Tally Merged, DateTimeOffset StartedAt, int CheckpointVersion, bool WasStopped);
