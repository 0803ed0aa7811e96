using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tallies;

/// <summary>One outcome with its times, all from the run's start. Immutable, so that it can be a message between actors.</summary>
/// <param name="Arrival">The index in the schedule.</param>
/// <param name="Target">Index into the plan's targets.</param>
/// <param name="Profile">Index into the plan's profiles.</param>
/// <param name="Planned">When it was due. In a closed load, when its connection became free.</param>
/// <param name="Started">When its connection began.</param>
/// <param name="Ended">When its outcome was known.</param>
/// <param name="Outcome">What became of it.</param>
public sealed record Sample(long Arrival, int Target, int Profile, TimeSpan Planned, TimeSpan Started, TimeSpan Ended, Outcome Outcome)
{
    /// <summary>From the planned time to the end: what a waiting client feels, without coordinated omission.</summary>
    public TimeSpan Response => Ended - Planned;

    /// <summary>How late it started: the generator's part of <see cref="Response"/>.</summary>
    public TimeSpan Lag => Started - Planned;
}

/// <summary>What failures are counted by.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Phase">The phase that did not end.</param>
/// <param name="Alert">The alert, if there was one.</param>
/// <param name="Side">Who is at fault.</param>
/// <param name="Target">Index into the plan's targets.</param>
public readonly record struct FailureKey(FailureKind Kind, Phase Phase, string? Alert, FaultSide Side, int Target);

/// <summary>How often failures of one key came, and an example for a person to read.</summary>
public sealed record FailureCount(long Count, string Example);

/// <summary>An address of a target, as people know it.</summary>
/// <param name="Target">Index into the plan's targets.</param>
/// <param name="Address">Such as <c>127.0.0.1:443</c>.</param>
public readonly record struct AddressKey(int Target, string Address)
{
    /// <summary>The most addresses that are counted one by one; a name that stands for more has the rest counted together.</summary>
    public const int Most = 256;

    /// <summary>What stands for the addresses beyond <see cref="Most"/>.</summary>
    public const string Others = "other addresses";
}

/// <summary>
/// What became of the handshakes with one address of a target. An address that did not answer, so that another of the same name
/// was tried, has no handshake to count: it was passed over.
/// </summary>
public sealed class AddressTally
{
    public long Completed { get; private set; }

    public long Failed { get; private set; }

    /// <summary>How often a handshake went on with another address, since this one did not answer.</summary>
    public long PassedOver { get; private set; }

    /// <summary>Why, the first time; <see langword="null"/> if that never was.</summary>
    public string? PassedOverExample { get; private set; }

    /// <summary>From the first byte of ClientHello to success.</summary>
    public LatencyHistogram Handshake { get; } = new(IntervalTally.SignificantDigits);

    internal void Record(Outcome outcome)
    {
        if (outcome.Handshake is { } handshake)
        {
            Completed++;
            Handshake.Record(handshake);
        }
        else if (!outcome.IsPartial)
        {
            Failed++;
        }
    }

    internal void Record(PassedOver passed)
    {
        PassedOver++;
        PassedOverExample ??= BoundedText.Of(passed.Detail);
    }

    internal void Merge(AddressTally other)
    {
        Add(other.Completed, other.Failed, other.PassedOver, other.PassedOverExample);
        Handshake.Merge(other.Handshake);
    }

    internal void MergeChecked(Wire.Address other)
    {
        Add(other.Completed, other.Failed, other.PassedOver, other.HasPassedOverExample ? other.PassedOverExample : null);
        Handshake.MergeChecked(other.Handshake.Span);
    }

    private void Add(long completed, long failed, long passedOver, string? example)
    {
        Completed += completed;
        Failed += failed;
        PassedOver += passedOver;
        PassedOverExample ??= example;
    }
}

/// <summary>The part of a tally that belongs to some of its arrivals. Latencies are those of completed handshakes.</summary>
public sealed class GroupTally
{
    public Books Books { get; internal set; }

    /// <summary>From the planned time to success.</summary>
    public LatencyHistogram Response { get; } = new();

    /// <summary>From the first byte of ClientHello to success.</summary>
    public LatencyHistogram Handshake { get; } = new();

    internal void Record(TimeSpan response, TimeSpan handshake)
    {
        Response.Record(response);
        Handshake.Record(handshake);
    }

    internal void Merge(GroupTally other)
    {
        Books += other.Books;
        Response.Merge(other.Response);
        Handshake.Merge(other.Handshake);
    }

    internal void Reset()
    {
        Books = default;
        Response.Reset();
        Handshake.Reset();
    }
}

/// <summary>
/// One second of a run: what was planned in it, and what ended in it. Response times are kept to 1 %, so that a long run's
/// many seconds stay small.
/// </summary>
public sealed class IntervalTally
{
    internal const int SignificantDigits = 2;

    /// <summary>Arrivals planned in this second.</summary>
    public long Scheduled { get; internal set; }

    /// <summary>Handshakes completed in this second.</summary>
    public long Completed { get; internal set; }

    /// <summary>Handshakes stopped on purpose in this second.</summary>
    public long Partial { get; internal set; }

    /// <summary>Handshakes failed in this second.</summary>
    public long Failed { get; internal set; }

    /// <summary>Arrivals planned in this second that found no free connection.</summary>
    public long Dropped { get; internal set; }

    /// <summary>Response times of the handshakes completed in this second.</summary>
    public LatencyHistogram Response { get; } = new(SignificantDigits);

    internal void Merge(IntervalTally other)
    {
        Scheduled += other.Scheduled;
        Completed += other.Completed;
        Failed += other.Failed;
        Partial += other.Partial;
        Dropped += other.Dropped;
        Response.Merge(other.Response);
    }

    internal void MergeChecked(Wire.Interval other)
    {
        Scheduled += other.Scheduled;
        Completed += other.Completed;
        Failed += other.Failed;
        Partial += other.Partial;
        Dropped += other.Dropped;
        Response.MergeChecked(other.Response.Span);
    }
}
