namespace LoadGen.Core.Runs;

/// <summary>
/// What a coordinator has counted so far, as workers hold it for one that may have to take over: the merged tally, and up to
/// which report of each worker it goes. Together with the reports that workers keep since, it is everything.
/// </summary>
/// <param name="Version">Rises with each checkpoint of a run, from 1.</param>
/// <param name="Workers">Every worker that took part, those that are gone too.</param>
/// <param name="EncodedTally">The merged tally.</param>
public sealed record Checkpoint(int Version, IReadOnlyList<WorkerState> Workers, byte[] EncodedTally);
