using System.Collections.Concurrent;
using System.Threading.Channels;
using LoadGen.Core.Plans;
using LoadGen.Metrics;

namespace LoadGen.Running;

/// <summary>The runs that a waiting coordinator was given: one is under way at a time, the others wait, and those that are over are kept.</summary>
internal sealed class RunQueue(NodeMetrics metrics)
{
    private const int MostWaiting = 100;
    private const int MostKept = 200;

    private readonly Channel<SubmittedRun> _waiting = Channel.CreateBounded<SubmittedRun>(MostWaiting);
    private readonly ConcurrentDictionary<string, SubmittedRun> _all = new(StringComparer.Ordinal);

    /// <summary>Every run, the latest first.</summary>
    public IEnumerable<SubmittedRun> All => _all.Values.OrderByDescending(run => run.SubmittedAt);

    /// <summary>Puts a plan into the queue.</summary>
    /// <returns><see langword="null"/> if there are too many already.</returns>
    public SubmittedRun? Submit(Plan plan)
    {
        var run = new SubmittedRun(RunIds.New(), plan, metrics);
        _all[run.Id] = run;
        if (_waiting.Writer.TryWrite(run))
        {
            foreach (var old in All.Where(each => each.Over.IsCompleted).Skip(MostKept))
            {
                _all.TryRemove(old.Id, out _);
            }

            return run;
        }

        _all.TryRemove(run.Id, out _);
        return null;
    }

    public SubmittedRun? Find(string id) => _all.GetValueOrDefault(id);

    /// <summary>The next run whose turn it is, as soon as there is one.</summary>
    public ValueTask<SubmittedRun> NextAsync(CancellationToken cancellation) => _waiting.Reader.ReadAsync(cancellation);
}
