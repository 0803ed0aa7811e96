using System.Net;

namespace LoadGen.TestServers.Networks;

/// <summary>A connection that somebody began.</summary>
/// <param name="Source">From where.</param>
/// <param name="At">When, as a <see cref="System.Diagnostics.Stopwatch"/> timestamp.</param>
public sealed record ConnectionAttempt(IPAddress Source, long At);
