namespace LoadGen.Core.Tallies;

/// <summary>
/// What became of the arrivals. The books balance: scheduled = completed + failed + dropped + lost, and partial where profiles stop
/// their handshakes, once nothing is in flight any more.
/// </summary>
/// <param name="Scheduled">Arrivals that came due.</param>
/// <param name="Completed">Handshakes that reached their profile's success.</param>
/// <param name="Failed">Handshakes that were started and did not.</param>
/// <param name="Dropped">Arrivals that were never started: no free connection at their time.</param>
/// <param name="Lost">Arrivals whose worker vanished before it reported what became of them.</param>
/// <param name="Partial">Handshakes that came to the point where their profile stops them.</param>
public readonly record struct Books(long Scheduled, long Completed, long Failed, long Dropped, long Lost, long Partial = 0)
{
    /// <summary>Whether every scheduled arrival has ended.</summary>
    public bool Balance => Scheduled == Completed + Partial + Failed + Dropped + Lost;

    /// <summary>Arrivals that have not ended yet.</summary>
    public long InFlight => Scheduled - Completed - Partial - Failed - Dropped - Lost;

    /// <summary>(failed + dropped + lost) / scheduled; 0 when nothing was scheduled.</summary>
    public double FailureRatio => Scheduled == 0 ? 0 : (double)(Failed + Dropped + Lost) / Scheduled;

    public static Books operator +(Books a, Books b) => Add(a, b);

    public static Books Add(Books left, Books right) => new(
        left.Scheduled + right.Scheduled,
        left.Completed + right.Completed,
        left.Failed + right.Failed,
        left.Dropped + right.Dropped,
        left.Lost + right.Lost,
        left.Partial + right.Partial);
}

/// <summary>What became of connections that were held open after their handshakes.</summary>
/// <param name="Connections">All of them.</param>
/// <param name="EndedByServer">Those that the server closed or reset before their time.</param>
public readonly record struct HeldCount(long Connections, long EndedByServer)
{
    public static HeldCount operator +(HeldCount left, HeldCount right) => Add(left, right);

    public static HeldCount Add(HeldCount left, HeldCount right)
        => new(left.Connections + right.Connections, left.EndedByServer + right.EndedByServer);
}
