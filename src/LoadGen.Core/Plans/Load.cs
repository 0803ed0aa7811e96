using LoadGen.Core.Shapes;

namespace LoadGen.Core.Plans;

/// <summary>How much load: open (arrivals come at their times, whatever the server does) or closed (connections in a loop).</summary>
public abstract record Load
{
    private Load()
    {
    }

    /// <summary>An arrival rate.</summary>
    /// <param name="Schedule">When each arrival is due.</param>
    public sealed record Open(Schedule Schedule) : Load;

    /// <summary>
    /// A fixed number of connections, each of which starts its next handshake when the one before it ended. At least one
    /// of <paramref name="Duration"/> and <paramref name="Count"/> bounds it.
    /// </summary>
    /// <param name="Connections">How many, 1 to 1,000,000.</param>
    /// <param name="Duration">No handshake starts later than this.</param>
    /// <param name="Count">No more handshakes than this.</param>
    public sealed record Closed(int Connections, TimeSpan? Duration, long? Count) : Load;
}
