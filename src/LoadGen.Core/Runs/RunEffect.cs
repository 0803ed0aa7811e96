namespace LoadGen.Core.Runs;

/// <summary>What has to be done because of an event.</summary>
public abstract record RunEffect
{
    private RunEffect()
    {
    }

    /// <summary>Give a worker the plan; it answers when it is ready.</summary>
    public sealed record Prepare(string WorkerId) : RunEffect;

    /// <summary>The load starts at <see cref="RunState.LoadStart"/>.</summary>
    public sealed record Start : RunEffect;

    /// <summary>Send a worker the present assignment; it answers with what it has reached.</summary>
    public sealed record Assign(string WorkerId) : RunEffect;

    /// <summary>Add the report that came with the event to the whole.</summary>
    public sealed record Merge(string WorkerId) : RunEffect;

    /// <summary>Tell a worker that its report has arrived, now or earlier.</summary>
    public sealed record Acknowledge(string WorkerId, long Number) : RunEffect;

    /// <summary>Enter arrivals that vanished with their worker; a negative number was found again.</summary>
    public sealed record CountLost(string WorkerId, long Arrivals) : RunEffect;

    /// <summary>Tell a worker to start nothing more.</summary>
    public sealed record Stop(string WorkerId) : RunEffect;

    /// <summary>A worker is not needed any more: it may go, for this reason, before it took part or after.</summary>
    public sealed record Dismiss(string WorkerId, string Reason, bool TookPart) : RunEffect;

    /// <summary>The run is over.</summary>
    public sealed record End(RunEnding Ending) : RunEffect;
}
