using LoadGen.Core.Slices;

namespace LoadGen.Core.Runs;

/// <summary>What has to be done because of an event.</summary>
public abstract record RunEffect
{
    private RunEffect()
    {
    }

    /// <summary>Give a worker its slice; it answers when it is ready.</summary>
    public sealed record Prepare(string WorkerId, Slice Slice) : RunEffect;

    /// <summary>Let every prepared worker start at the same moment.</summary>
    public sealed record Start(IReadOnlyList<string> WorkerIds) : RunEffect;

    /// <summary>Add the report that came with the event to the whole.</summary>
    public sealed record Merge(string WorkerId) : RunEffect;

    /// <summary>Tell a worker that its report has arrived, now or earlier.</summary>
    public sealed record Acknowledge(string WorkerId, long Number) : RunEffect;

    /// <summary>Enter arrivals that vanished with their worker.</summary>
    public sealed record CountLost(string WorkerId, long Arrivals) : RunEffect;

    /// <summary>Tell a worker to start nothing more.</summary>
    public sealed record Stop(string WorkerId) : RunEffect;

    /// <summary>The run is over.</summary>
    public sealed record End(RunEnding Ending) : RunEffect;
}
