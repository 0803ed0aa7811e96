namespace LoadGen.Running;

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
