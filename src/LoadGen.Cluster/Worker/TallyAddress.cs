namespace LoadGen.Cluster.Worker;

/// <summary>Whose reports these are.</summary>
internal readonly record struct TallyAddress(string RunId, string WorkerId);
