using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>What a worker counted of a run whose coordinator was lost.</summary>
/// <param name="RunId">The run.</param>
/// <param name="WorkerId">The worker.</param>
/// <param name="Plan">What was run.</param>
/// <param name="StartedAt">When the load started, by the coordinator's wall clock.</param>
/// <param name="Tally">Everything that ended here.</param>
/// <param name="Usage">What the process used.</param>
/// <param name="Crypto">Whose cryptography the engine used.</param>
public sealed record AbandonedRun(
    string RunId, string WorkerId, Plan Plan, DateTimeOffset StartedAt, Tally Tally, GeneratorUsage Usage, string Crypto);
