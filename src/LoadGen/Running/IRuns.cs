namespace LoadGen.Running;

/// <summary>The runs of this coordinator, for the API and the live page.</summary>
internal interface IRuns
{
    /// <summary>Every run, the latest first.</summary>
    IReadOnlyList<RunFeed> All { get; }

    /// <summary>Results of runs that other coordinators had before, and of this one's.</summary>
    KeptResults Kept { get; }

    /// <summary>Raised when any run changes.</summary>
    ChangeSignal Changes { get; }

    RunFeed? Find(string id);
}

/// <summary>
/// Tells those who wait that something has changed. Take <see cref="Next"/>, read, then wait: nothing is missed. Who raises it
/// does none of the work of those who wait.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends with the next change.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
