using System.Runtime.InteropServices;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Metrics;

/// <summary>
/// What the workers of this process have counted of one run, in plain numbers: cheap enough to be counted per handshake, by
/// several threads. <see cref="WorkerInstruments"/> exposes it.
/// </summary>
internal sealed class WorkerCounts
{
    private readonly Lock _lock = new();
    private readonly SeriesLabels _labels;
    private readonly long[] _arrived;
    private readonly long[] _dropped;
    private readonly Pair[] _pairs;
    private readonly BucketCounts[] _phases = [.. Enumerable.Range(0, PhaseDurations.Count).Select(_ => new BucketCounts())];
    private readonly BucketCounts _lag = new();
    private readonly Dictionary<Negotiated, long> _negotiated = [];
    private readonly Dictionary<FailureKey, long> _failures = [];

    public WorkerCounts(Plan plan)
    {
        _labels = new SeriesLabels(plan);
        _arrived = new long[_labels.Pairs.Count];
        _dropped = new long[_labels.Pairs.Count];
        _pairs = [.. _labels.Pairs.Select(_ => new Pair())];
    }

    public void Arrived(int target, int profile) => Interlocked.Increment(ref _arrived[_labels.PairOf(target, profile)]);

    public void Dropped(int target, int profile) => Interlocked.Increment(ref _dropped[_labels.PairOf(target, profile)]);

    public void Ended(Sample sample)
    {
        lock (_lock)
        {
            _lag.Record(sample.Lag);
            var pair = _pairs[_labels.PairOf(sample.Target, sample.Profile)];
            if (sample.Outcome.IsCompleted)
            {
                Completed(sample, pair);
            }
            else
            {
                pair.Failed++;
                var failure = sample.Outcome.Failure;
                Count(_failures, new FailureKey(failure.Kind, failure.Phase, failure.Alert, failure.Side, sample.Target));
            }
        }
    }

    /// <summary>Lets <paramref name="read"/> see all of it while nothing changes.</summary>
    public void Read(Action<View> read)
    {
        lock (_lock)
        {
            read(new View(_arrived, _dropped, _pairs, _phases, _lag, _negotiated, _failures));
        }
    }

    private void Completed(Sample sample, Pair pair)
    {
        pair.Completed++;
        pair.Handshake.Record(sample.Outcome.Handshake!.Value);
        pair.Response.Record(sample.Response);
        Count(_negotiated, sample.Outcome.Negotiated!);
        for (var i = 0; i < _phases.Length; i++)
        {
            if (sample.Outcome.Phases[(Phase)i] is { } took)
            {
                _phases[i].Record(took);
            }
        }
    }

    private static void Count<TKey>(Dictionary<TKey, long> counts, TKey key)
        where TKey : notnull
        => CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;

    /// <summary>The handshakes of one target and profile.</summary>
    public sealed class Pair
    {
        public long Completed { get; set; }

        public long Failed { get; set; }

        public BucketCounts Handshake { get; } = new();

        public BucketCounts Response { get; } = new();
    }

    /// <summary>Everything counted since the start of the run.</summary>
    public readonly record struct View(
        long[] Arrived,
        long[] Dropped,
        Pair[] Pairs,
        BucketCounts[] Phases,
        BucketCounts Lag,
        IReadOnlyDictionary<Negotiated, long> Negotiated,
        IReadOnlyDictionary<FailureKey, long> Failures);
}
