using LoadGen.Core.Generator;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// The file descriptors available to connections: the process limit minus the program's own files and a reserve. The runtime
/// opens files whenever it loads code or collects garbage, and aborts the process if it cannot, so connections never use up
/// the last descriptors. Safe for concurrent use.
/// </summary>
/// <param name="limit">The process limit on open files (RLIMIT_NOFILE).</param>
/// <param name="countOpen">Counts the files open now, connections included; <see langword="null"/> if unknown.</param>
/// <param name="clock">The monotonic clock.</param>
public sealed class FileBudget(int limit, Func<int?> countOpen, TimeProvider clock)
{
    /// <summary>Descriptors reserved for the runtime.</summary>
    public const int Reserve = 64;

    // The program opens files of its own during a run: for the live page, or for code on its first use.
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _counting = new();
    private int _taken;
    private int _most;
    private long _counted;
    private bool _hasCounted;

    /// <summary>The budget of this process, shared by all its workers.</summary>
    public static FileBudget OfProcess { get; } = new(ProcessLimits.OpenFiles ?? int.MaxValue, ProcessLimits.CountOpenFiles, TimeProvider.System);

    /// <summary>Explains why no connection could be opened.</summary>
    public string Refusal
        => $"no file descriptor free for a connection: this process may have {limit:N0} open files (ulimit -n), of which {Reserve} are reserved";

    /// <summary>Takes a descriptor for a connection about to be opened.</summary>
    /// <returns>Whether one was free.</returns>
    internal bool TryTake()
    {
        var taken = Interlocked.Increment(ref _taken);
        // Far from the limit there is no need to count.
        if (taken > Volatile.Read(ref _most) - Reserve)
        {
            CountAgain();
        }

        if (taken <= Volatile.Read(ref _most))
        {
            return true;
        }

        Return();
        return false;
    }

    /// <summary>Returns a descriptor.</summary>
    internal void Return() => Interlocked.Decrement(ref _taken);

    private void CountAgain()
    {
        lock (_counting)
        {
            if (_hasCounted && clock.GetElapsedTime(_counted) < CountEvery)
            {
                return;
            }

            _hasCounted = true;
            _counted = clock.GetTimestamp();
            // The caller's descriptor is taken but not open yet. A few others may be too; the reserve has room for them.
            var ofConnections = Volatile.Read(ref _taken) - 1;
            var own = Math.Max((countOpen() ?? ofConnections) - ofConnections, 0);
            Volatile.Write(ref _most, limit - Reserve - own);
        }
    }
}
