using LoadGen.Core.Generator;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// The file descriptors that connections may take: what the limit leaves beside the program's own files and a reserve. The
/// runtime opens files at moments of its own, to load code and to collect garbage, and aborts the process where it cannot;
/// so connections never take the last ones. Safe for concurrent use.
/// </summary>
/// <param name="limit">The most files that the process may have open.</param>
/// <param name="countOpen">How many it has open now, those of connections among them; <see langword="null"/> if it cannot tell.</param>
/// <param name="clock">The monotonic clock.</param>
public sealed class FileBudget(int limit, Func<int?> countOpen, TimeProvider clock)
{
    /// <summary>Files that are kept for the runtime, whatever connections ask for.</summary>
    public const int Reserve = 64;

    // The program opens files of its own under way, for a page that is looked at or code that is first used.
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _counting = new();
    private int _taken;
    private int _most;
    private long _counted;
    private bool _hasCounted;

    /// <summary>That of this process. Its limit is one, however many workers it has.</summary>
    public static FileBudget OfProcess { get; } = new(ProcessLimits.OpenFiles ?? int.MaxValue, ProcessLimits.CountOpenFiles, TimeProvider.System);

    /// <summary>Why a connection could not be opened, for a person.</summary>
    public string Refusal
        => $"no file descriptor free for a connection: this process may have {limit:N0} open files (ulimit -n), of which {Reserve} stay reserved";

    /// <summary>Takes one for a connection that is about to be opened.</summary>
    /// <returns>Whether there was one.</returns>
    internal bool TryTake()
    {
        var taken = Interlocked.Increment(ref _taken);
        // Where the end is not in sight nothing needs to be counted.
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

    /// <summary>Gives back one that was taken.</summary>
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
            // The caller's is taken and not yet open. So may be a few of others, for which the reserve has room.
            var ofConnections = Volatile.Read(ref _taken) - 1;
            var own = Math.Max((countOpen() ?? ofConnections) - ofConnections, 0);
            Volatile.Write(ref _most, limit - Reserve - own);
        }
    }
}
