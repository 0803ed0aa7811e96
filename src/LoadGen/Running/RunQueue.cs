using System.Collections.Concurrent;
using System.Security.Cryptography;
using LoadGen.Core.Plans;
using LoadGen.Metrics;
using LoadGen.Running.Outputs;

namespace LoadGen.Running;

/// <summary>
/// The runs that a waiting coordinator was given or found: one is in progress at a time, the others wait, and those that have ended
/// are kept. Once it is closed no run begins any more.
/// </summary>
internal sealed class RunQueue(NodeMetrics metrics, KeptResults kept) : IRuns
{
    private const int MostWaiting = 100;
    private const int MostKept = 200;

    private readonly Lock _lock = new();
    private readonly List<SubmittedRun> _waiting = [];
    private readonly Queue<SubmittedRun> _adopted = new();
    private readonly ChangeSignal _turns = new();
    private readonly ConcurrentDictionary<string, SubmittedRun> _all = new(StringComparer.Ordinal);
    private string? _closedBecause;

    public IReadOnlyList<RunFeed> All => [.. _all.Values.Select(run => run.Feed).OrderByDescending(feed => feed.Since)];

    public KeptResults Kept => kept;

    public ChangeSignal Changes { get; } = new();

    /// <summary>Whether a run was cut short when the queue was closed.</summary>
    public bool StoppedAny { get; private set; }

    /// <summary>Puts a plan into the queue. Once the queue is closed, the run ends without having begun.</summary>
    /// <returns><see langword="null"/> if there are too many already.</returns>
    public SubmittedRun? Submit(Plan plan)
    {
        var run = new SubmittedRun(RunIds.New(), plan, metrics, Changes);
        lock (_lock)
        {
            _waiting.RemoveAll(each => !each.IsWaiting);
            if (_waiting.Count == MostWaiting)
            {
                return null;
            }

            _all[run.Id] = run;
            _waiting.Add(run);
            if (_closedBecause is { } reason)
            {
                run.Feed.Stop(reason);
            }

            foreach (var old in All.Where(each => each.IsOver).Skip(MostKept))
            {
                _all.TryRemove(old.Id, out _);
            }
        }

        _turns.Raise();
        Changes.Raise();
        return run;
    }

    /// <summary>Takes in a run that this coordinator was not given, but found in progress with its workers. It is the next.</summary>
    /// <param name="id">The run's.</param>
    /// <param name="plan">What is run.</param>
    /// <param name="stop">Stops it.</param>
    public SubmittedRun Adopt(string id, Plan plan, Action<string> stop)
    {
        var run = new SubmittedRun(id, plan, metrics, Changes);
        run.TryBegin(() => { }, stop);
        lock (_lock)
        {
            _all[id] = run;
            _adopted.Enqueue(run);
            if (_closedBecause is { } reason)
            {
                run.Feed.Stop(reason);
            }
        }

        _turns.Raise();
        Changes.Raise();
        return run;
    }

    public RunFeed? Find(string id) => _all.GetValueOrDefault(id)?.Feed;

    /// <summary>The next run whose turn it is, as soon as there is one; <see langword="null"/> once the queue is closed.</summary>
    public async Task<SubmittedRun?> NextAsync()
    {
        while (true)
        {
            var change = _turns.Next;
            lock (_lock)
            {
                if (_adopted.TryDequeue(out var adopted))
                {
                    return adopted;
                }

                _waiting.RemoveAll(run => !run.IsWaiting);
                if (_waiting is [var next, ..])
                {
                    _waiting.RemoveAt(0);
                    return next;
                }

                if (_closedBecause is not null)
                {
                    return null;
                }
            }

            await change;
        }
    }

    /// <summary>Stops the run in progress, and ends those that wait: none begins any more.</summary>
    public void Close(string reason)
    {
        lock (_lock)
        {
            _closedBecause = reason;
            foreach (var run in All.Where(run => !run.IsOver))
            {
                StoppedAny = true;
                run.Stop(reason);
            }
        }

        _turns.Raise();
    }
}

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

/// <summary>Names for runs.</summary>
internal static class RunIds
{
    /// <summary>A new one: the minute, so that runs sort by time, and eight random digits.</summary>
    public static string New() => $"{DateTimeOffset.UtcNow:yyyyMMdd-HHmm}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
}
