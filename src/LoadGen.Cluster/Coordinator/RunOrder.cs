using LoadGen.Core.Plans;

namespace LoadGen.Cluster.Coordinator;

/// <summary>A run to coordinate.</summary>
/// <param name="RunId">Unique.</param>
/// <param name="Plan">What to do.</param>
/// <param name="MinWorkers">How many workers to wait for, at least 1.</param>
/// <param name="StartDeadline">How long to wait for them.</param>
public sealed record RunOrder(string RunId, Plan Plan, int MinWorkers, TimeSpan StartDeadline);
