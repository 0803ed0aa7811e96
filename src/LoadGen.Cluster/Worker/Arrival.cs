namespace LoadGen.Cluster.Worker;

/// <summary>One scheduled handshake.</summary>
/// <param name="Index">Its number in the schedule.</param>
/// <param name="Planned">When it is due, from the start of the load.</param>
/// <param name="Target">Index into the plan's targets.</param>
/// <param name="Profile">Index into the plan's profiles.</param>
internal readonly record struct Arrival(long Index, TimeSpan Planned, int Target, int Profile);
