using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>
/// Which targets and profiles of a plan have series of their own. A plan with more than 24 pairs of them has its profiles
/// counted together, as <c>all</c>, and one with more than 24 targets these too: a worker stays below 2,000 series, whatever
/// the plan is.
/// </summary>
internal sealed class SeriesLabels
{
    /// <summary>Stands for several.</summary>
    public const string All = "all";

    /// <summary>How many label sets of failures there are before the coarse ones.</summary>
    public const int MostFailures = 120;

    /// <summary>How many label sets of negotiated parameters there are before the coarse one.</summary>
    public const int MostNegotiated = 60;

    private const int MostPairs = 24;

    private readonly string[] _targets;
    private readonly string[] _profiles;

    public SeriesLabels(Plan plan)
    {
        _targets = plan.Targets.Count <= MostPairs ? [.. plan.Targets.Select(target => target.Name)] : [All];
        _profiles = plan.Targets.Count * plan.Profiles.Count <= MostPairs ? [.. plan.Profiles.Select(profile => profile.Name)] : [All];
    }

    /// <summary>The values of the label <c>target</c>.</summary>
    public IReadOnlyList<string> Targets => _targets;

    /// <summary>The labels <c>target</c> and <c>profile</c>; what each counts, <see cref="GroupOf"/> tells.</summary>
    public IReadOnlyList<(string Target, string Profile)> Pairs =>
        [.. _targets.SelectMany(target => _profiles.Select(profile => (target, profile)))];

    /// <summary>What a tally of the plan holds of one of <see cref="Pairs"/>.</summary>
    public (Books Books, LatencyHistogram Handshake, LatencyHistogram Response) GroupOf(int pair, Tally tally)
    {
        if (_targets.Length < tally.TargetCount)
        {
            return (tally.Books, tally.Handshake, tally.Response);
        }

        var (target, profile) = Math.DivRem(pair, _profiles.Length);
        var group = _profiles.Length < tally.ProfileCount ? tally.TargetOf(target) : tally.PairOf(target, profile)!;
        return (group.Books, group.Handshake, group.Response);
    }

    /// <summary>Which of <see cref="Targets"/> counts a target of the plan.</summary>
    public int TargetOf(int target) => _targets.Length == 1 ? 0 : target;

    /// <summary>The labels <c>target</c>, <c>kind</c>, <c>phase</c>, <c>alert</c> of a failure.</summary>
    public string[] Of(FailureKey failure) => [_targets[TargetOf(failure.Target)], failure.Kind.Name(), failure.Phase.Name(), failure.Alert ?? ""];

    /// <summary>The same when there are too many: what remains is the kind.</summary>
    public static string[] CoarseOf(FailureKey failure) => [All, failure.Kind.Name(), All, All];

    /// <summary>The labels <c>tls_version</c>, <c>cipher_suite</c>, <c>group</c>, <c>resumed</c>.</summary>
    public static string[] Of(Negotiated negotiated) =>
        [negotiated.TlsVersion.Name(), negotiated.CipherSuite, negotiated.Group ?? "", negotiated.Resumed ? "true" : "false"];

    /// <summary>The same when there are too many: what remains is whether it was resumed.</summary>
    public static string[] CoarseOf(Negotiated negotiated) => [All, All, All, negotiated.Resumed ? "true" : "false"];
}

/// <summary>
/// A counter whose labels show only during the run. After so many label sets, others are counted under one that stands for
/// several, so that no server can make a node expose series without end; sums stay exact.
/// </summary>
/// <param name="counter">The family.</param>
/// <param name="most">How many label sets there may be before the coarse ones.</param>
/// <param name="labelsOf">The labels of what is counted.</param>
/// <param name="coarseLabelsOf">The labels when there are too many; few different ones.</param>
internal sealed class SeenCounter<TKey>(Counter counter, int most, Func<TKey, string[]> labelsOf, Func<TKey, string[]> coarseLabelsOf)
    where TKey : notnull
{
    // Several keys may have the same labels.
    private readonly Dictionary<TKey, Counter.Child> _children = [];
    private readonly HashSet<Counter.Child> _different = [];

    /// <summary>Brings it to everything counted since the start of the run.</summary>
    public void BringTo(IEnumerable<KeyValuePair<TKey, long>> counted)
    {
        foreach (var child in counted.GroupBy(each => ChildOf(each.Key), each => each.Value))
        {
            child.Key.IncTo(child.Sum());
        }
    }

    private Counter.Child ChildOf(TKey key)
    {
        if (!_children.TryGetValue(key, out var child))
        {
            child = counter.WithLabels(_different.Count < most ? labelsOf(key) : coarseLabelsOf(key));
            _children[key] = child;
            _different.Add(child);
        }

        return child;
    }
}
