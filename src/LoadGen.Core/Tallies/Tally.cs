using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Tallies;

/// <summary>
/// Sums and histograms of samples. Tallies of disjoint samples merge into the tally of all of them, in any order and without
/// loss. Owned by one thread at a time. Latencies are those of completed handshakes; a failure's time says when it was given
/// up, not how fast the server is.
/// </summary>
public sealed class Tally
{
    /// <summary>
    /// The most pairs of target and profile that are counted one by one. Of a plan with more of them targets and profiles are
    /// counted each for themselves: a pair's histograms take 280 KB.
    /// </summary>
    public const int MostPairs = 24;

    /// <summary>
    /// The most kinds of negotiated parameters, and of failures, that are counted one by one: peers have a say in them, and may say
    /// something else each time. What comes after is counted as <see cref="Handshakes.Negotiated.Other"/>, so that sums stay exact.
    /// </summary>
    public const int MostKinds = 200;

    // The pairs, target by target; where they are too many, the targets and behind them the profiles.
    private readonly GroupTally[] _groups;
    private readonly CertificateSummary?[] _certificates;
    private readonly LatencyHistogram[] _phases;
    private readonly Dictionary<Negotiated, long> _negotiated = [];
    private readonly Dictionary<FailureKey, FailureCount> _failures = [];
    private readonly Dictionary<AddressKey, AddressTally> _addresses = [];
    private readonly List<IntervalTally> _intervals = [];
    private int _firstInterval;

    /// <param name="targets">How many targets the plan has.</param>
    /// <param name="profiles">How many profiles the plan has.</param>
    public Tally(int targets, int profiles)
    {
        (TargetCount, ProfileCount) = (targets, profiles);
        HasPairs = (long)targets * profiles <= MostPairs;
        _groups = [.. Enumerable.Range(0, HasPairs ? targets * profiles : targets + profiles).Select(_ => new GroupTally())];
        _certificates = new CertificateSummary?[targets];
        _phases = [.. Enumerable.Range(0, PhaseDurations.Count).Select(_ => new LatencyHistogram())];
    }

    /// <summary>How many targets the plan has.</summary>
    public int TargetCount { get; }

    /// <summary>How many profiles the plan has.</summary>
    public int ProfileCount { get; }

    /// <summary>Whether the plan has so few pairs of target and profile that each is counted.</summary>
    public bool HasPairs { get; }

    /// <summary>What became of everything that has ended.</summary>
    public Books Books { get; private set; }

    /// <summary>From the planned time to success.</summary>
    public LatencyHistogram Response { get; } = new();

    /// <summary>From the first byte of ClientHello to success.</summary>
    public LatencyHistogram Handshake { get; } = new();

    /// <summary>How late handshakes were started, failed ones too.</summary>
    public LatencyHistogram Lag { get; } = new();

    /// <summary>What completed handshakes cost on the network.</summary>
    public WireTally WireCosts { get; } = new();

    /// <summary>The certificate that each target showed last, where it came that far.</summary>
    public IReadOnlyList<CertificateSummary?> Certificates => _certificates;

    /// <summary>Completed handshakes by what was negotiated.</summary>
    public IReadOnlyDictionary<Negotiated, long> Negotiated => _negotiated;

    /// <summary>Handshakes that were stopped on purpose, one for each point where that can be.</summary>
    public IReadOnlyList<PartialTally> Partial { get; } = [.. Enum.GetValues<StopAfter>().Where(point => point != StopAfter.None).Select(point => new PartialTally(point))];

    /// <summary>How long after such a point the server ended connections.</summary>
    public LatencyHistogram EndedAfter()
    {
        var all = new LatencyHistogram();
        foreach (var each in Partial)
        {
            all.Merge(each.EndedAfter);
        }

        return all;
    }

    /// <summary>Connections that were held open after completed handshakes, and are not any more.</summary>
    public HeldCount Held { get; private set; }

    /// <summary>How long connections of a closed load rested after failures, all together.</summary>
    public TimeSpan Rested => TimeSpan.FromMilliseconds(RestedMilliseconds);

    internal long RestedMilliseconds { get; private set; }

    /// <summary>Handshakes that were made for their sessions alone, beside the load.</summary>
    public PrimingCount Priming { get; private set; }

    /// <summary>Failures by what they are counted by.</summary>
    public IReadOnlyDictionary<FailureKey, FailureCount> Failures => _failures;

    /// <summary>What became of the handshakes by the address that they were with.</summary>
    public IReadOnlyDictionary<AddressKey, AddressTally> Addresses => _addresses;

    /// <summary>One for each second from <see cref="FirstInterval"/> on.</summary>
    public IReadOnlyList<IntervalTally> Intervals => _intervals;

    /// <summary>The second of the run that <see cref="Intervals"/> begins with.</summary>
    public int FirstInterval => _firstInterval;

    /// <summary>What belongs to one target and one profile; <see langword="null"/> where the plan has too many pairs of them.</summary>
    public GroupTally? PairOf(int target, int profile) => HasPairs ? Pair(target, profile)
        : ProfileCount == 1 ? _groups[target]
        : TargetCount == 1 ? _groups[TargetCount + profile]
        : null;

    /// <summary>What belongs to one target, as of now.</summary>
    public GroupTally TargetOf(int target) => HasPairs
        ? SumOf(Enumerable.Range(0, ProfileCount).Select(profile => Pair(target, profile)))
        : _groups[target];

    /// <summary>What belongs to one profile, as of now.</summary>
    public GroupTally ProfileOf(int profile) => HasPairs
        ? SumOf(Enumerable.Range(0, TargetCount).Select(target => Pair(target, profile)))
        : _groups[TargetCount + profile];

    /// <summary>The books of one target: less work than all of it.</summary>
    public Books BooksOfTarget(int target) => HasPairs
        ? _groups.Skip(target * ProfileCount).Take(ProfileCount).Aggregate(default(Books), (sum, pair) => sum + pair.Books)
        : _groups[target].Books;

    /// <summary>The tally of one second of the run; <see langword="null"/> if nothing is known of it.</summary>
    public IntervalTally? IntervalOf(int second)
        => second >= _firstInterval && second - _firstInterval < _intervals.Count ? _intervals[second - _firstInterval] : null;

    /// <summary>The histogram of one phase.</summary>
    public LatencyHistogram PhaseOf(Phase phase) => _phases[(int)phase];

    /// <summary>Counts a handshake that was started and has ended.</summary>
    public void Record(Sample sample)
    {
        var outcome = sample.Outcome;
        var ended = outcome.IsCompleted ? new Books(1, 1, 0, 0, 0) : outcome.IsPartial ? new Books(1, 0, 0, 0, 0, 1) : new Books(1, 0, 1, 0, 0);
        Enter(ended, sample.Target, sample.Profile);
        IntervalAt(sample.Planned).Scheduled++;
        Lag.Record(sample.Lag);
        _certificates[sample.Target] = outcome.Certificate ?? _certificates[sample.Target];
        if (outcome.Address is { } address)
        {
            AddressOf(sample.Target, address).Record(outcome);
        }

        foreach (var passed in outcome.PassedOver)
        {
            AddressOf(sample.Target, passed.Address).Record(passed);
        }

        var interval = IntervalAt(sample.Ended);
        if (outcome.IsCompleted)
        {
            interval.Completed++;
            interval.Response.Record(sample.Response);
            RecordLatencies(sample, outcome.Handshake.Value);
            WireCosts.Record(outcome.Wire);
            Count(outcome.Negotiated, 1);
        }
        else if (outcome.IsPartial)
        {
            interval.Partial++;
            PartialOf(outcome.StoppedAfter).Count++;
        }
        else
        {
            interval.Failed++;
            var failure = outcome.Failure!;
            Count(
                new FailureKey(failure.Kind, failure.Phase, failure.Alert, failure.Side, sample.Target),
                new FailureCount(1, failure.Detail));
        }
    }

    /// <summary>Counts an arrival that found no free connection.</summary>
    public void RecordDropped(TimeSpan planned, int target, int profile)
    {
        Enter(new Books(1, 0, 0, 1, 0), target, profile);
        var interval = IntervalAt(planned);
        interval.Scheduled++;
        interval.Dropped++;
    }

    /// <summary>Counts a connection that was held open and is not any more.</summary>
    public void RecordHeld(HeldConnection held)
    {
        if (held.StoppedAfter == StopAfter.None)
        {
            Held += new HeldCount(1, held.End == HoldEnd.Kept ? 0 : 1);
        }
        else
        {
            PartialOf(held.StoppedAfter).Record(held);
        }
    }

    /// <summary>Counts a rest after a failure.</summary>
    public void RecordRest(TimeSpan rested) => RestedMilliseconds += (long)rested.TotalMilliseconds;

    /// <summary>Counts handshakes that were made for their sessions alone.</summary>
    public void RecordPriming(PrimingCount count) => Priming += count;

    /// <summary>Counts arrivals that vanished with their worker; of which target or second they were is not known.</summary>
    public void RecordLost(long arrivals) => Books += new Books(arrivals, 0, 0, 0, arrivals);

    /// <summary>Adds all of another tally, which must be of the same plan.</summary>
    public void Merge(Tally other)
    {
        Books += other.Books;
        Held += other.Held;
        RestedMilliseconds += other.RestedMilliseconds;
        Priming += other.Priming;
        Response.Merge(other.Response);
        Handshake.Merge(other.Handshake);
        Lag.Merge(other.Lag);
        WireCosts.Merge(other.WireCosts);
        foreach (var (mine, theirs) in Partial.Zip(other.Partial))
        {
            mine.Merge(theirs);
        }

        for (var i = 0; i < _phases.Length; i++)
        {
            _phases[i].Merge(other._phases[i]);
        }

        for (var i = 0; i < _groups.Length; i++)
        {
            _groups[i].Merge(other._groups[i]);
        }

        for (var i = 0; i < _certificates.Length; i++)
        {
            _certificates[i] = other._certificates[i] ?? _certificates[i];
        }

        foreach (var (negotiated, count) in other._negotiated)
        {
            Count(negotiated, count);
        }

        foreach (var (key, count) in other._failures)
        {
            Count(key, count);
        }

        foreach (var (key, address) in other._addresses)
        {
            AddressOf(key.Target, key.Address).Merge(address);
        }

        for (var i = 0; i < other._intervals.Count; i++)
        {
            IntervalAt(other._firstInterval + i).Merge(other._intervals[i]);
        }
    }

    /// <summary>Forgets everything, and keeps the memory of the histograms.</summary>
    public void Reset()
    {
        Books = default;
        Held = default;
        RestedMilliseconds = 0;
        Priming = default;
        Response.Reset();
        Handshake.Reset();
        Lag.Reset();
        WireCosts.Reset();
        foreach (var each in Partial)
        {
            each.Clear();
        }

        Array.ForEach(_phases, phase => phase.Reset());
        Array.ForEach(_groups, group => group.Reset());
        Array.Clear(_certificates);
        _negotiated.Clear();
        _failures.Clear();
        _addresses.Clear();
        _intervals.Clear();
    }

    /// <summary>The tally as bytes, for <see cref="Decode"/> or <see cref="MergeEncoded"/> elsewhere.</summary>
    public byte[] Encode() => TallyEncoding.Encode(this, _groups, _phases);

    /// <summary>The tally that bytes from elsewhere are.</summary>
    /// <param name="bytes">The bytes; nothing in them is believed.</param>
    /// <param name="targets">How many targets the plan has.</param>
    /// <param name="profiles">How many profiles the plan has.</param>
    /// <exception cref="TallyFormatException">They are no tally of such a plan.</exception>
    public static Tally Decode(ReadOnlySpan<byte> bytes, int targets, int profiles)
    {
        var tally = new Tally(targets, profiles);
        tally.MergeEncoded(bytes);
        return tally;
    }

    /// <summary>Adds all of an encoded tally, which must be of the same plan.</summary>
    /// <exception cref="TallyFormatException">The bytes are no tally of such a plan. Then nothing of them was added.</exception>
    public void MergeEncoded(ReadOnlySpan<byte> bytes) => Merge(EncodedTally.Parse(bytes, TargetCount, ProfileCount));

    /// <summary>Adds all of an encoded tally that was parsed for the same plan. A thousand of them a second take no tally for each.</summary>
    public void Merge(EncodedTally other)
    {
        var message = other.Message;
        for (var i = 0; i < _groups.Length; i++)
        {
            MergeGroup(i, message.Groups[i]);
        }

        Books += new Books(message.Lost, 0, 0, 0, message.Lost);
        Held += new HeldCount(message.Held, message.HeldEndedByServer);
        RestedMilliseconds += message.RestedMilliseconds;
        Priming += new PrimingCount(message.Primed, message.PrimingFailed);
        Lag.MergeChecked(message.Lag.Span);
        WireCosts.MergeChecked(message.WireCosts);
        foreach (var partial in message.Partial)
        {
            PartialOf((StopAfter)partial.StoppedAfter).MergeChecked(partial);
        }

        for (var i = 0; i < _phases.Length; i++)
        {
            _phases[i].MergeChecked(message.Phases[i].Span);
        }

        foreach (var certificate in message.Certificates)
        {
            _certificates[certificate.Target] = TallyEncoding.SummaryOf(certificate);
        }

        foreach (var negotiated in message.Negotiated)
        {
            Count(TallyEncoding.NegotiatedOf(negotiated), negotiated.Count);
        }

        foreach (var failure in message.Failures)
        {
            Count(TallyEncoding.KeyOf(failure), new FailureCount(failure.Count, BoundedText.Of(failure.Example)));
        }

        foreach (var address in message.Addresses)
        {
            AddressOf(address.Target, address.Text).MergeChecked(address);
        }

        for (var i = 0; i < message.Intervals.Count; i++)
        {
            IntervalAt(message.FirstSecond + i).MergeChecked(message.Intervals[i]);
        }
    }

    private void MergeGroup(int index, Wire.Group group)
    {
        var ended = TallyEncoding.BooksOf(group);
        _groups[index].Books += ended;
        _groups[index].Response.MergeChecked(group.Response.Span);
        _groups[index].Handshake.MergeChecked(group.Handshake.Span);
        if (HasPairs || index < TargetCount)
        {
            // Behind the targets come the profiles, which are the same arrivals once more.
            Books += ended;
            Response.MergeChecked(group.Response.Span);
            Handshake.MergeChecked(group.Handshake.Span);
        }
    }

    private PartialTally PartialOf(StopAfter point) => Partial[(int)point - 1];

    private void Count(Negotiated negotiated, long count)
    {
        if (!_negotiated.TryGetValue(negotiated, out var before) && _negotiated.Count >= MostKinds)
        {
            negotiated = negotiated.WithoutChoices();
            before = _negotiated.GetValueOrDefault(negotiated);
        }

        _negotiated[negotiated] = before + count;
    }

    // Without its alert a failure is one of as many kinds as a target can have.
    private void Count(FailureKey key, FailureCount count)
    {
        if (!_failures.TryGetValue(key, out var before) && _failures.Count >= MostKinds && key.Alert is not null)
        {
            key = key with { Alert = Handshakes.Negotiated.Other };
            before = _failures.GetValueOrDefault(key);
        }

        _failures[key] = before is null ? count : before with { Count = before.Count + count.Count };
    }

    private AddressTally AddressOf(int target, string address)
    {
        var key = new AddressKey(target, address);
        if (!_addresses.TryGetValue(key, out var known))
        {
            key = _addresses.Count < AddressKey.Most ? key : key with { Address = AddressKey.Others };
            known = _addresses.GetValueOrDefault(key) ?? (_addresses[key] = new AddressTally());
        }

        return known;
    }

    /// <summary>The tally of one second of the run, made when it is first asked for.</summary>
    private IntervalTally IntervalAt(int second)
    {
        if (_intervals.Count == 0)
        {
            _firstInterval = second;
        }

        if (second < _firstInterval)
        {
            _intervals.InsertRange(0, Enumerable.Range(0, _firstInterval - second).Select(_ => new IntervalTally()));
            _firstInterval = second;
        }

        while (_intervals.Count <= second - _firstInterval)
        {
            _intervals.Add(new IntervalTally());
        }

        return _intervals[second - _firstInterval];
    }

    private IntervalTally IntervalAt(TimeSpan time) => IntervalAt((int)Math.Max(0, time.Ticks / TimeSpan.TicksPerSecond));

    private void Enter(Books books, int target, int profile)
    {
        Books += books;
        var (first, second) = GroupsOf(target, profile);
        first.Books += books;
        if (second is not null)
        {
            second.Books += books;
        }
    }

    private void RecordLatencies(Sample sample, TimeSpan handshake)
    {
        Response.Record(sample.Response);
        Handshake.Record(handshake);
        var (first, second) = GroupsOf(sample.Target, sample.Profile);
        first.Record(sample.Response, handshake);
        second?.Record(sample.Response, handshake);
        for (var i = 0; i < _phases.Length; i++)
        {
            if (sample.Outcome.Phases[(Phase)i] is { } took)
            {
                _phases[i].Record(took);
            }
        }
    }

    // Those that count an arrival: its pair, or its target and its profile.
    private (GroupTally First, GroupTally? Second) GroupsOf(int target, int profile) => HasPairs
        ? (Pair(target, profile), null)
        : (_groups[target], _groups[TargetCount + profile]);

    private GroupTally Pair(int target, int profile) => _groups[(target * ProfileCount) + profile];

    private static GroupTally SumOf(IEnumerable<GroupTally> groups)
    {
        var sum = new GroupTally();
        foreach (var group in groups)
        {
            sum.Merge(group);
        }

        return sum;
    }
}
