using LoadGen.Core.Runs;

namespace LoadGen.Live;

/// <summary>The latest seconds of a run, as many as a wide terminal shows.</summary>
internal sealed class ProgressHistory
{
    private const int Most = 400;

    private readonly Queue<RunSecond> _seconds = new();

    /// <summary>Handshakes completed in each second.</summary>
    public IReadOnlyList<double?> Completed => [.. _seconds.Select(second => (double?)second.Completed)];

    /// <summary>The 99th percentile of the response time in each second, in milliseconds; none where nothing completed.</summary>
    public IReadOnlyList<double?> P99 => [.. _seconds.Select(second => second.P99?.TotalMilliseconds)];

    /// <summary>Keeps the last second of a view, once.</summary>
    public void Add(RunProgress progress)
    {
        if (progress.LastSecond is not { } second || (_seconds.Count > 0 && _seconds.Last().T >= second.T))
        {
            return;
        }

        if (_seconds.Count == Most)
        {
            _seconds.Dequeue();
        }

        _seconds.Enqueue(second);
    }
}
