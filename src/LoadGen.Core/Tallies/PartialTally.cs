using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Tallies;

/// <summary>Handshakes that were stopped at one point on purpose, and what the server did with their connections.</summary>
/// <param name="stoppedAfter">The point.</param>
public sealed class PartialTally(StopAfter stoppedAfter)
{
    /// <summary>The point.</summary>
    public StopAfter StoppedAfter { get; } = stoppedAfter;

    /// <summary>How many came to that point.</summary>
    public long Count { get; internal set; }

    /// <summary>Connections that the server left open until the client had held them long enough.</summary>
    public long Kept { get; private set; }

    /// <summary>Connections that the server closed.</summary>
    public long Closed { get; private set; }

    /// <summary>Connections that the server reset.</summary>
    public long Reset { get; private set; }

    /// <summary>How long after that point the server ended those.</summary>
    public LatencyHistogram EndedAfter { get; } = new();

    internal void Record(HeldConnection held)
    {
        Add(0, held.End == HoldEnd.Kept ? 1 : 0, held.End == HoldEnd.Closed ? 1 : 0, held.End == HoldEnd.Reset ? 1 : 0);
        if (held.End != HoldEnd.Kept)
        {
            EndedAfter.Record(held.After);
        }
    }

    internal void Merge(PartialTally other)
    {
        Add(other.Count, other.Kept, other.Closed, other.Reset);
        EndedAfter.Merge(other.EndedAfter);
    }

    internal void MergeChecked(Wire.Partial other)
    {
        Add(other.Count, other.Kept, other.Closed, other.Reset);
        EndedAfter.MergeChecked(other.EndedAfter.Span);
    }

    internal void Clear()
    {
        (Count, Kept, Closed, Reset) = (0, 0, 0, 0);
        EndedAfter.Reset();
    }

    private void Add(long count, long kept, long closed, long reset)
    {
        Count += count;
        Kept += kept;
        Closed += closed;
        Reset += reset;
    }
}
