using System.Diagnostics.Tracing;

namespace LoadGen.Tls.Tests.Fuzz;

/// <summary>
/// How many arrays this thread has rented from the shared pools and not given back, by the events of the runtime, which come on the thread that rents
/// and returns.
/// </summary>
internal sealed class PoolBalance : EventListener
{
    private const int Rented = 1;
    private const int Returned = 3;

    [ThreadStatic]
    private static int _rented;

    /// <summary>Of the current thread.</summary>
    public static int OfThread => _rented;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
        => _rented += eventData.EventId switch
        {
            Rented => 1,
            Returned => -1,
            _ => 0,
        };
}
