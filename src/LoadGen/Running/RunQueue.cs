using System.Collections.Concurrent;
using System.Threading.Channels;
using LoadGen.Core.Plans;
using LoadGen.Metrics;

namespace LoadGen.Running;

/// <summary>The runs that a waiting coordinator was given: one is under way at a time, the others wait, and those that are over are kept.</summary>
internal sealed class RunQueue(NodeMetrics metrics, KeptResults kept) : IRuns
{
    private const int MostWaiting = 100;
    private const int MostKept = 200;

    private readonly Channel<SubmittedRun> _waiting = Channel.CreateBounded<SubmittedRun>(MostWaiting);
    private readonly ConcurrentDictionary<string, SubmittedRun> _all = new(StringComparer.Ordinal);

    public IReadOnlyList<RunFeed> All => [.. _all.Values.Select(run => run.Feed).OrderByDescending(feed => feed.Since)];

    public KeptResults Kept => kept;

    public ChangeSignal Changes { get; } = new();

    /// <summary>Puts a plan into the queue.</summary>
    /// <returns><see langword="null"/> if there are too many already.</returns>
    public SubmittedRun? Submit(Plan plan)
    {
        var run = new SubmittedRun(RunIds.New(), plan, metrics, Changes);
        _all[run.Id] = run;
        if (_waiting.Writer.TryWrite(run))
        {
            foreach (var old in All.Where(each => each.IsOver).Skip(MostKept))
            {
                _all.TryRemove(old.Id, out _);
            }

            Changes.Raise();
            return run;
        }

        _all.TryRemove(run.Id, out _);
        return null;
    }

    /// <summary>Shows a run that this coordinator was not given, but found under way with its workers.</summary>
    public SubmittedRun Adopt(string id, Plan plan)
    {
        var run = new SubmittedRun(id, plan, metrics, Changes);
        _all[id] = run;
        Changes.Raise();
        return run;
    }

    public RunFeed? Find(string id) => _all.GetValueOrDefault(id)?.Feed;

    /// <summary>The next run whose turn it is, as soon as there is one.</summary>
    public ValueTask<SubmittedRun> NextAsync(CancellationToken cancellation) => _waiting.Reader.ReadAsync(cancellation);
}
