namespace LoadGen.TargetServer;

/// <summary>
/// What a <see cref="BuiltInTarget"/> has counted since its start. Once no handshake is in progress,
/// <c>Started = Full + Resumed + Failed</c>.
/// </summary>
/// <param name="Started">Handshakes begun: connections on which at least one byte arrived.</param>
/// <param name="Full">Full handshakes whose client Finished was verified.</param>
/// <param name="Resumed">Resumed handshakes whose client Finished was verified.</param>
/// <param name="Failed">Handshakes that ended before that, for whatever reason: garbage, an alert, a reset, a timeout, a stop.</param>
/// <param name="Broken">
/// Connections that broke after their handshake in another way than by their end, a reset, a timeout or a stop.
/// </param>
/// <param name="AcceptErrors">Attempts to accept a connection that failed, as when the process may open no more files.</param>
public readonly record struct TargetCounters(long Started, long Full, long Resumed, long Failed, long Broken, long AcceptErrors)
{
    /// <summary>Handshakes whose client Finished was verified, full and resumed.</summary>
    public long Completed => Full + Resumed;
}
