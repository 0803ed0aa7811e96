using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>What a coordinator has to do because of an event: tell a worker something, or do something here.</summary>
public abstract record RunEffect
{
    private RunEffect()
    {
    }

    /// <summary>Tell a worker that it is registered.</summary>
    public sealed record Welcome(string WorkerId) : RunEffect;

    /// <summary>Tell a worker that it is not known, and has to register.</summary>
    public sealed record AskRegistration(string WorkerId) : RunEffect;

    /// <summary>Answer a worker's beat of that time.</summary>
    public sealed record AnswerBeat(string WorkerId, TimeSpan Sent) : RunEffect;

    /// <summary>Ask a worker for everything that it knows of a run.</summary>
    public sealed record AskInventory(string WorkerId, string RunId) : RunEffect;

    /// <summary>Give a worker the plan; it answers when it is ready.</summary>
    public sealed record Prepare(string WorkerId) : RunEffect;

    /// <summary>The load starts at <see cref="RunState.LoadStart"/>.</summary>
    public sealed record Start : RunEffect;

    /// <summary>Send a worker the present assignment; it answers with what it has reached.</summary>
    public sealed record Assign(string WorkerId) : RunEffect;

    /// <summary>Add what a worker reported to the whole.</summary>
    public sealed record Merge(string WorkerId, EncodedTally Part) : RunEffect;

    /// <summary>Tell a worker that its report has arrived, now or earlier.</summary>
    public sealed record Acknowledge(string WorkerId, long Number) : RunEffect;

    /// <summary>Enter arrivals that vanished with their worker; a negative number was found again.</summary>
    public sealed record CountLost(string WorkerId, long Arrivals) : RunEffect;

    /// <summary>A worker holds a checkpoint.</summary>
    public sealed record KeepCheckpoint(string WorkerId, int Version) : RunEffect;

    /// <summary>Tell a worker to start nothing more.</summary>
    public sealed record Stop(string WorkerId) : RunEffect;

    /// <summary>Tell a worker that the run is over and there may be another.</summary>
    public sealed record EndRun(string WorkerId, string RunId) : RunEffect;

    /// <summary>Tell a worker that nothing is expected of it any more, and what its process should exit with.</summary>
    public sealed record Release(string WorkerId, string RunId, int ExitCode, string Reason) : RunEffect;

    /// <summary>A run begins: what belongs to it is made.</summary>
    public sealed record Begin(RunState Run) : RunEffect;

    /// <summary>A run that was under way goes on here.</summary>
    public sealed record GoOn(RecoveredRun Run) : RunEffect;

    /// <summary>The run is over; what belonged to it is dropped.</summary>
    /// <param name="Ending">How it ended.</param>
    /// <param name="Run">The run at its end; <see langword="null"/> if there never was one.</param>
    public sealed record End(RunEnding Ending, RunState? Run) : RunEffect;

    /// <summary>Tell the person who watches.</summary>
    public sealed record Warn(string Sentence) : RunEffect;
}
