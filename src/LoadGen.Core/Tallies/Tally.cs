using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tallies;

/// <summary>
/// Sums and histograms of samples. Tallies of disjoint samples merge into the tally of all of them, in any order and without
/// loss. Owned by one thread at a time. Latencies are those of completed handshakes; a failure's time says when it was given
/// up, not how fast the server is.
/// </summary>
public sealed class Tally
{
    /// <summary>Of a plan with more pairs of target and profile these are counted apart only.</summary>
    private const int MostPairs = 24;

    private readonly GroupTally[] _targets;
    private readonly GroupTally[] _profiles;
    private readonly GroupTally[] _pairs;
    private readonly CertificateSummary?[] _certificates;
    private readonly LatencyHistogram[] _phases;
    private readonly Dictionary<Negotiated, long> _negotiated = [];
    private readonly Dictionary<FailureKey, FailureCount> _failures = [];
    private readonly List<IntervalTally> _intervals = [];
    private int _firstInterval;

    /// <param name="targets">How many targets the plan has.</param>
    /// <param name="profiles">How many profiles the plan has.</param>
    public Tally(int targets, int profiles)
    {
        _targets = [.. Enumerable.Range(0, targets).Select(_ => new GroupTally())];
        _profiles = [.. Enumerable.Range(0, profiles).Select(_ => new GroupTally())];
        _pairs = [.. Enumerable.Range(0, PairsOf(targets, profiles)).Select(_ => new GroupTally())];
        _certificates = new CertificateSummary?[targets];
        _phases = [.. Enumerable.Range(0, PhaseDurations.Count).Select(_ => new LatencyHistogram())];
    }

    /// <summary>What became of everything that has ended.</summary>
    public Books Books { get; private set; }

    /// <summary>From the planned time to success.</summary>
    public LatencyHistogram Response { get; } = new();

    /// <summary>From the first byte of ClientHello to success.</summary>
    public LatencyHistogram Handshake { get; } = new();

    /// <summary>How late handshakes were started, failed ones too.</summary>
    public LatencyHistogram Lag { get; } = new();

    /// <summary>One for each of the plan's targets.</summary>
    public IReadOnlyList<GroupTally> Targets => _targets;

    /// <summary>One for each of the plan's profiles.</summary>
    public IReadOnlyList<GroupTally> Profiles => _profiles;

    /// <summary>The part of one target and one profile; <see langword="null"/> of a plan with more than 24 pairs of them.</summary>
    public GroupTally? PairOf(int target, int profile) => _pairs.Length > 0 ? _pairs[(target * _profiles.Length) + profile]
        : _profiles.Length == 1 ? _targets[target]
        : _targets.Length == 1 ? _profiles[profile]
        : null;

    /// <summary>Those of every pair that are counted besides targets and profiles.</summary>
    internal IReadOnlyList<GroupTally> Pairs => _pairs;

    /// <summary>The certificate that each target showed last, where it came that far.</summary>
    public IReadOnlyList<CertificateSummary?> Certificates => _certificates;

    /// <summary>Completed handshakes by what was negotiated.</summary>
    public IReadOnlyDictionary<Negotiated, long> Negotiated => _negotiated;

    /// <summary>Connections that were held open after their handshakes, and are not any more.</summary>
    public HeldCount Held { get; private set; }

    /// <summary>Failures by what they are counted by.</summary>
    public IReadOnlyDictionary<FailureKey, FailureCount> Failures => _failures;

    /// <summary>One for each second from <see cref="FirstInterval"/> on.</summary>
    public IReadOnlyList<IntervalTally> Intervals => _intervals;

    /// <summary>The second of the run that <see cref="Intervals"/> begins with.</summary>
    public int FirstInterval => _firstInterval;

    /// <summary>The tally of one second of the run; <see langword="null"/> if nothing is known of it.</summary>
    public IntervalTally? IntervalOf(int second)
        => second >= _firstInterval && second - _firstInterval < _intervals.Count ? _intervals[second - _firstInterval] : null;

    /// <summary>The histogram of one phase.</summary>
    public LatencyHistogram PhaseOf(Phase phase) => _phases[(int)phase];

    /// <summary>Counts a handshake that was started and has ended.</summary>
    public void Record(Sample sample)
    {
        var outcome = sample.Outcome;
        var ended = outcome.IsCompleted ? new Books(1, 1, 0, 0, 0) : new Books(1, 0, 1, 0, 0);
        Enter(ended, sample.Target, sample.Profile);
        IntervalAt(sample.Planned).Scheduled++;
        Lag.Record(sample.Lag);
        _certificates[sample.Target] = outcome.Certificate ?? _certificates[sample.Target];

        var interval = IntervalAt(sample.Ended);
        if (outcome.IsCompleted)
        {
            interval.Completed++;
            interval.Response.Record(sample.Response);
            RecordLatencies(sample, outcome.Handshake.Value);
            Count(outcome.Negotiated, 1);
        }
        else
        {
            interval.Failed++;
            var failure = outcome.Failure;
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
    public void RecordHeld(HoldEnd end) => Add(new HeldCount(1, end == HoldEnd.EndedByServer ? 1 : 0));

    /// <summary>Counts arrivals that vanished with their worker; of which target or second they were is not known.</summary>
    public void RecordLost(long arrivals) => Books += new Books(arrivals, 0, 0, 0, arrivals);

    /// <summary>Adds all of another tally, which must be of the same plan.</summary>
    public void Merge(Tally other)
    {
        Books += other.Books;
        Held += other.Held;
        Response.Merge(other.Response);
        Handshake.Merge(other.Handshake);
        Lag.Merge(other.Lag);
        for (var i = 0; i < _phases.Length; i++)
        {
            _phases[i].Merge(other._phases[i]);
        }

        for (var i = 0; i < _targets.Length; i++)
        {
            _targets[i].Merge(other._targets[i]);
            _certificates[i] = other._certificates[i] ?? _certificates[i];
        }

        for (var i = 0; i < _profiles.Length; i++)
        {
            _profiles[i].Merge(other._profiles[i]);
        }

        for (var i = 0; i < _pairs.Length; i++)
        {
            _pairs[i].Merge(other._pairs[i]);
        }

        foreach (var (negotiated, count) in other._negotiated)
        {
            Count(negotiated, count);
        }

        foreach (var (key, count) in other._failures)
        {
            Count(key, count);
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
        Response.Reset();
        Handshake.Reset();
        Lag.Reset();
        Array.ForEach(_phases, phase => phase.Reset());
        Array.ForEach(_targets, target => target.Reset());
        Array.ForEach(_profiles, profile => profile.Reset());
        Array.ForEach(_pairs, pair => pair.Reset());
        Array.Clear(_certificates);
        _negotiated.Clear();
        _failures.Clear();
        _intervals.Clear();
    }

    /// <summary>The tally as bytes, for <see cref="MergeEncoded"/> elsewhere.</summary>
    public byte[] Encode() => TallyCodec.Encode(this, _phases, _firstInterval);

    /// <summary>Adds all of an encoded tally, which must be of the same plan.</summary>
    /// <exception cref="TallyFormatException">The bytes are not a tally of such a plan. Nothing is added.</exception>
    public void MergeEncoded(byte[] bytes) => Merge(EncodedTally.Parse(bytes, _targets.Length, _profiles.Length));

    /// <summary>Adds all of an encoded tally that was parsed for the same plan.</summary>
    public void Merge(EncodedTally other) => TallyCodec.MergeInto(this, other.Bytes);

    /// <summary>How many pairs of target and profile are counted besides these.</summary>
    internal static int PairsOf(int targets, int profiles) => targets > 1 && profiles > 1 && targets * profiles <= MostPairs ? targets * profiles : 0;

    internal void Add(Books books) => Books += books;

    internal void Add(HeldCount held) => Held += held;

    internal void SetCertificate(int target, CertificateSummary certificate) => _certificates[target] = certificate;

    internal void Count(Negotiated negotiated, long count)
    {
        _negotiated.TryGetValue(negotiated, out var before);
        _negotiated[negotiated] = before + count;
    }

    internal void Count(FailureKey key, FailureCount count)
        => _failures[key] = _failures.TryGetValue(key, out var before) ? before with { Count = before.Count + count.Count } : count;

    /// <summary>The tally of one second of the run, made when it is first asked for.</summary>
    internal IntervalTally IntervalAt(int second)
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
        _targets[target].Books += books;
        _profiles[profile].Books += books;
        if (_pairs.Length > 0)
        {
            _pairs[(target * _profiles.Length) + profile].Books += books;
        }
    }

    private void RecordLatencies(Sample sample, TimeSpan handshake)
    {
        Response.Record(sample.Response);
        Handshake.Record(handshake);
        _targets[sample.Target].Record(sample.Response, handshake);
        _profiles[sample.Profile].Record(sample.Response, handshake);
        if (_pairs.Length > 0)
        {
            _pairs[(sample.Target * _profiles.Length) + sample.Profile].Record(sample.Response, handshake);
        }

        for (var i = 0; i < _phases.Length; i++)
        {
            if (sample.Outcome.Phases[(Phase)i] is { } took)
            {
                _phases[i].Record(took);
            }
        }
    }
}

/// <summary>A tally as bytes, all of which were read: merging it changes what it says and cannot fail half-way.</summary>
public sealed class EncodedTally
{
    private EncodedTally(byte[] bytes, Books books)
    {
        Bytes = bytes;
        Books = books;
    }

    /// <summary>What became of everything that ended in it.</summary>
    public Books Books { get; }

    internal byte[] Bytes { get; }

    /// <summary>Reads what <see cref="Tally.Encode"/> gave. The bytes come from the network: nothing in them is believed.</summary>
    /// <param name="bytes">The tally; not to be changed afterwards.</param>
    /// <param name="targets">How many targets the plan has.</param>
    /// <param name="profiles">How many profiles the plan has.</param>
    /// <exception cref="TallyFormatException">They are not a tally of such a plan.</exception>
    public static EncodedTally Parse(byte[] bytes, int targets, int profiles) => new(bytes, TallyCodec.Check(bytes, targets, profiles));
}
