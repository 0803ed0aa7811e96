using CsCheck;
using Google.Protobuf;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;
using Wire = LoadGen.Core.Tallies.Wire;

namespace LoadGen.Core.Tests.Tallies;

public sealed class TallyTests
{
    [Fact]
    public void Books_balance_over_everything_recorded() => Samples.Any.Array[0, 100].Sample(samples =>
    {
        var tally = Of(samples);
        tally.RecordDropped(TimeSpan.FromSeconds(3), 1, 2);
        tally.RecordLost(7);

        var completed = samples.Count(sample => sample.Outcome.IsCompleted);
        var partial = samples.Count(sample => sample.Outcome.IsPartial);
        Assert.Equal(new Books(samples.Length + 8, completed, samples.Length - completed - partial, 1, 7, partial), tally.Books);
        Assert.True(tally.Books.Balance);
        Assert.Equal(completed, tally.Negotiated.Values.Sum());
        Assert.Equal(partial, tally.Partial.Sum(each => each.Count));
        Assert.Equal(partial, tally.Intervals.Sum(interval => interval.Partial));
        Assert.Equal(samples.Length - completed - partial, tally.Failures.Values.Sum(failure => failure.Count));
        Assert.Equal(completed, TargetsOf(tally).Sum(target => target.Books.Completed));
        Assert.Equal(completed, ProfilesOf(tally).Sum(profile => profile.Books.Completed));
        Assert.Equal(completed, tally.Intervals.Sum(interval => interval.Completed));
        Assert.Equal(samples.Length + 1, tally.Intervals.Sum(interval => interval.Scheduled));
    });

    [Fact]
    public void A_connection_held_after_a_completed_handshake_is_none_of_the_stopped()
    {
        var tally = new Tally(1, 1);
        tally.RecordHeld(new HeldConnection(HoldEnd.Reset, TimeSpan.FromSeconds(1), StopAfter.None));
        tally.RecordHeld(new HeldConnection(HoldEnd.Closed, TimeSpan.FromSeconds(2), StopAfter.Connect));
        tally.RecordHeld(new HeldConnection(HoldEnd.Kept, TimeSpan.FromSeconds(3), StopAfter.Connect));

        Assert.Equal(new HeldCount(1, 1), tally.Held);
        var partial = Assert.Single(tally.Partial, each => each.StoppedAfter == StopAfter.Connect);
        Assert.Equal((1, 1, 0), (partial.Kept, partial.Closed, partial.Reset));
        Assert.Equal((1, TimeSpan.FromSeconds(2)), (tally.EndedAfter().Count, tally.EndedAfter().Summarize()!.Max));
    }

    [Fact]
    public void Latencies_are_those_of_completed_handshakes() => Samples.Any.Array[1, 100].Sample(samples =>
    {
        var tally = Of(samples);

        var completed = samples.Where(sample => sample.Outcome.IsCompleted).ToList();
        Assert.Equal(completed.Count, tally.Response.Count);
        Assert.Equal(completed.Count, tally.Handshake.Count);
        Assert.Equal(completed.Count == 0 ? null : completed.Max(sample => sample.Response), tally.Response.Summarize()?.Max);
        Assert.Equal(samples.Length, tally.Lag.Count);
        Assert.Equal(0, tally.PhaseOf(Phase.ServerConfirmed).Count);
    });

    [Fact]
    public void What_handshakes_cost_is_that_of_those_in_which_it_was_seen() => Samples.Any.Array[1, 100].Sample(samples =>
    {
        var costs = Of(samples).WireCosts;

        var seen = samples.Where(sample => sample.Outcome.IsCompleted).Select(sample => sample.Outcome.Wire).ToList();
        Assert.Equal(seen.Sum(cost => cost.BytesIn ?? 0L), costs.BytesIn.Sum);
        Assert.Equal(seen.Max(cost => (double?)cost.BytesIn), costs.BytesIn.Summarize()?.Max);
        Assert.Equal(seen.Count(cost => cost.CertificateBytes is not null), costs.CertificateBytes.Count);
        Assert.Equal(seen.Sum(cost => cost.Retries ?? 0), costs.Retries.Sum);
        Assert.Equal(seen.Count(cost => cost.ServerFlightSegments > 10), costs.OverInitialWindow);
        Assert.Equal(seen.Count(cost => cost.Tcp is not null), costs.TcpRoundTrip.Count);
    });

    [Fact]
    public void Merging_in_any_order_is_the_same_as_one_tally_of_everything()
        => Gen.Select(Samples.Any.Array[0, 60], Samples.Any.Array[0, 60], Gen.Bool).Sample((first, second, swapped) =>
        {
            var merged = Of(swapped ? second : first);
            merged.Merge(Of(swapped ? first : second));

            AssertSame(Of([.. first, .. second]), merged);
        });

    [Fact]
    public void Encoding_and_merging_is_the_same_as_merging()
        => Gen.Select(Samples.Any.Array[0, 60], Samples.Any.Array[0, 60]).Sample((first, second) =>
        {
            var merged = Of(first);
            merged.MergeEncoded(Of(second).Encode());

            AssertSame(Of([.. first, .. second]), merged);
        });

    [Fact]
    public void A_reset_tally_is_like_a_new_one() => Gen.Select(Samples.Any.Array[0, 30], Samples.Any.Array[0, 30]).Sample((before, after) =>
    {
        var tally = Of(before);
        tally.Reset();
        Array.ForEach(after, sample => Take(tally, sample));

        AssertSame(Of(after), tally);
    });

    [Fact]
    public void Malformed_bytes_are_refused_and_change_nothing()
        => Gen.Select(Samples.Any.Array[0, 20], Samples.Any.Array[0, 20], Gen.Int[0, 10_000], Gen.Byte.Array[1, 8], Gen.Int[0, 3]).Sample((counted, samples, place, noise, how) =>
        {
            var bytes = Of(samples).Encode();
            place %= bytes.Length;
            byte[] spoiled = how switch
            {
                0 => bytes[..place],
                1 => [.. bytes[..place], .. noise, .. bytes[place..]],
                2 => [.. bytes[..place], .. noise.Zip(bytes.Skip(place), (one, other) => (byte)(one ^ other)), .. bytes.Skip(place + noise.Length)],
                _ => noise,
            };
            var tally = Of(counted);

            var error = Record.Exception(() => tally.MergeEncoded(spoiled));

            // A spoiled time or text may still be a tally; anything that is none must be refused as such, and whole.
            Assert.True(error is null or TallyFormatException, error?.ToString());
            Assert.True(tally.Books.Balance);
            if (error is not null)
            {
                AssertSame(Of(counted), tally);
                Assert.Throws<TallyFormatException>(() => Tally.Decode(spoiled, Samples.Targets, Samples.Profiles));
            }
        }, iter: 1500);

    /// <summary>Each makes one thing of a good message wrong.</summary>
    public static TheoryData<string> Wrongs => [.. Spoilers.Keys];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void A_message_that_contradicts_itself_is_refused_and_changes_nothing(string wrong)
    {
        var good = Of(Samples.Few);
        var message = Wire.Tally.Parser.ParseFrom(good.Encode());
        Spoilers[wrong](message);
        var tally = new Tally(Samples.Targets, Samples.Profiles);

        Assert.Throws<TallyFormatException>(() => tally.MergeEncoded(message.ToByteArray()));

        AssertSame(new Tally(Samples.Targets, Samples.Profiles), tally);
    }

    private static readonly Dictionary<string, Action<Wire.Tally>> Spoilers = new()
    {
        ["a negative count"] = message => message.Groups[0].Dropped = -1,
        ["a huge count"] = message => message.Groups[0].Dropped = long.MaxValue,
        ["more lost than can be"] = message => message.Lost = long.MinValue,
        ["a completed handshake without its times"] = message => message.Groups[0].Completed++,
        ["a group too few"] = message => message.Groups.RemoveAt(0),
        ["a failure that no group has"] = message => message.Failures[0].Count++,
        ["a failure of an unknown kind"] = message => message.Failures[0].Kind = 99,
        ["a failure in an unknown phase"] = message => message.Failures[0].Phase = PhaseDurations.Count,
        ["a failure on an unknown side"] = message => message.Failures[0].Side = -1,
        ["a failure of no target"] = message => message.Failures[0].Target = Samples.Targets,
        ["a text without end"] = message => message.Failures[0].Example = new string('x', 100_000),
        ["an unknown version"] = message => message.Negotiated[0].TlsVersion = 0x0305,
        ["a negotiation too many"] = message => message.Negotiated[0].Count++,
        ["a phase too many"] = message => message.Phases.Add(ByteString.Empty),
        ["a second with more than the whole"] = message => message.Intervals[0].Dropped++,
        ["a second before the run"] = message => message.FirstSecond = -1,
        ["a second years after it"] = message => message.FirstSecond = int.MaxValue,
        ["more held connections ended than held"] = message => message.HeldEndedByServer = 1,
        ["a certificate of no target"] = message => message.Certificates[0].Target = -1,
        ["a certificate until never"] = message => message.Certificates[0].NotAfterUnixSeconds = long.MaxValue,
        ["an address of no target"] = message => message.Addresses[0].Target = -1,
        ["more handshakes with addresses than there were"] = message => message.Addresses[0].Failed += 1000,
        ["an address without its times"] = message => message.Addresses[0].Handshake = ByteString.Empty,
        ["addresses without end"] = message => message.Addresses.AddRange(Enumerable.Range(0, 1000).Select(n => new Wire.Address { Text = $"{n}" })),
        ["an address without end"] = message => message.Addresses[0].Text = new string('x', 100_000),
        ["bytes without end"] = message => message.WireCosts.BytesIn = message.Lag,
        ["more flights than handshakes"] = message => message.WireCosts.Flights = message.WireCosts.BytesOut = message.Lag,
        ["a handshake with more flights than are counted"] = message => message.WireCosts.Flights = ByteString.CopyFrom([1, 5, 5, 5, 0, 0x81, 0x10, 1]),
        ["a stopped handshake that no group has"] = message => message.Partial[0].Count++,
        ["a point that is none"] = message => message.Partial[0].StoppedAfter = 0,
        ["an unknown point"] = message => message.Partial[0].StoppedAfter = 5,
        ["ended connections without their times"] = message => message.Partial[0].Reset++,
        ["no costs"] = message => message.WireCosts = null,
        ["a lag too few"] = message => message.Lag = ByteString.Empty,
        ["a histogram with bytes behind it"] = message => message.Lag = ByteString.CopyFrom([.. message.Lag.Span, 0]),
        ["a histogram of another place"] = message => message.Lag = ByteString.CopyFrom([1, 5, 5, 5, 0, 0xff, 0xff, 0xff, 0x7f, 1]),
    };

    [Fact]
    public void Tallies_of_the_same_samples_are_the_same_bytes_in_whatever_order_they_came()
        => Assert.Equal(Of(Samples.Few).Encode(), Of(Samples.Few.Reverse()).Encode());

    [Fact]
    public void Addresses_beyond_the_most_are_counted_together()
    {
        var sample = Samples.Few.First(each => each.Outcome.IsCompleted);
        var tally = Of(Enumerable.Range(0, AddressKey.Most + 10).Select(n => sample with
        {
            Target = 0,
            Outcome = Outcome.Completed(sample.Outcome.Negotiated!, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(1), default, null, $"10.0.{n / 256}.{n % 256}:443"),
        }));

        Assert.Equal(AddressKey.Most + 1, tally.Addresses.Count);
        Assert.Equal(10, tally.Addresses[new AddressKey(0, AddressKey.Others)].Completed);
        AssertSame(tally, Tally.Decode(tally.Encode(), Samples.Targets, Samples.Profiles));
    }

    [Fact]
    public void A_plan_with_many_pairs_counts_its_targets_and_profiles_alike()
    {
        var sample = Samples.Few.Select(each => each with { Target = each.Target * 4, Profile = each.Profile * 2 }).ToList();
        var tally = new Tally(5, 5);
        sample.ForEach(each => Take(tally, each));
        tally.RecordDropped(TimeSpan.Zero, 4, 4);
        var merged = Tally.Decode(tally.Encode(), 5, 5);

        Assert.False(tally.HasPairs);
        Assert.Null(tally.PairOf(0, 0));
        AssertSame(tally, merged);
        Assert.Equal(sample.Count(each => each.Target == 4) + 1, merged.BooksOfTarget(4).Scheduled);
        Assert.Equal(sample.Count(each => each.Profile == 2), merged.ProfileOf(2).Books.Scheduled);
    }

    /// <summary>Peers choose suites and alerts, and workers any texts.</summary>
    [Fact]
    public void However_many_words_peers_use_rows_are_bounded_and_the_books_balance()
        => Gen.Select(Gen.Int[0, 3000].Array[0, 1500], Gen.Int[0, 3000].Array[0, 1500], Gen.Bool).Sample((first, second, encoded) =>
        {
            var merged = Of(first.Select(WordOf));
            var other = Of(second.Select(WordOf));
            if (encoded)
            {
                merged.MergeEncoded(other.Encode());
            }
            else
            {
                merged.Merge(other);
            }

            Assert.True(merged.Books.Balance);
            Assert.Equal(first.Length + second.Length, merged.Books.Scheduled);
            Assert.Equal(merged.Books.Completed, merged.Negotiated.Values.Sum());
            Assert.Equal(merged.Books.Failed, merged.Failures.Values.Sum(failure => failure.Count));
            // Besides those that are counted for themselves: versions, resumed or not; targets.
            Assert.InRange(merged.Negotiated.Count, 0, Tally.MostKinds + 4);
            Assert.InRange(merged.Failures.Count, 0, Tally.MostKinds + Samples.Targets);
            Assert.Equal(first.Concat(second).Count(word => word % 2 == 0 && word % 3 == 0), merged.Negotiated.Where(each => each.Key.Resumed).Sum(each => each.Value));
            // What was merged once more is taken, and is the same.
            AssertSame(merged, Tally.Decode(merged.Encode(), Samples.Targets, Samples.Profiles));
        }, iter: 50);

    private static Sample WordOf(int word)
    {
        var outcome = word % 2 == 0
            ? Outcome.Completed(
                new Negotiated(word % 5 == 0 ? TlsVersion.Tls12 : TlsVersion.Tls13, $"suite {word}", "x25519", word % 3 == 0), TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(1), default, null)
            : Outcome.Failed(new Failure(FailureKind.AlertReceived, Phase.ServerHello, FaultSide.Server, $"alert {word}", "it said no"), TimeSpan.FromMilliseconds(2), default);
        return new Sample(word, word % Samples.Targets, word % Samples.Profiles, TimeSpan.Zero, TimeSpan.Zero, outcome.Elapsed, outcome);
    }

    [Fact]
    public void A_tally_of_another_plan_is_refused()
        => Assert.Throws<TallyFormatException>(() => new Tally(1, 2).MergeEncoded(new Tally(2, 1).Encode()));

    [Fact]
    public void A_second_of_a_busy_run_travels_in_one_frame() => Samples.Any.Array[5000].Sample(
        samples => Assert.InRange(Of(samples).Encode().Length, 0, 128_000), iter: 3);

    private static Tally Of(IEnumerable<Sample> samples)
    {
        var tally = new Tally(Samples.Targets, Samples.Profiles);
        foreach (var sample in samples)
        {
            Take(tally, sample);
        }

        return tally;
    }

    // Whatever is stopped is held for a while.
    private static void Take(Tally tally, Sample sample)
    {
        tally.Record(sample);
        if (sample.Outcome is { IsPartial: true, StoppedAfter: var point })
        {
            tally.RecordHeld(new HeldConnection((HoldEnd)(sample.Outcome.Elapsed.Ticks / 10 % 3), sample.Outcome.Elapsed, point));
        }
    }

    private static void AssertSame(Tally expected, Tally actual)
    {
        Assert.Equal(expected.Books, actual.Books);
        Assert.Equal(expected.Response.Summarize(), actual.Response.Summarize());
        Assert.Equal(expected.Handshake.Summarize(), actual.Handshake.Summarize());
        Assert.Equal(expected.Lag.Summarize(), actual.Lag.Summarize());
        Assert.All(Measure.All, measure => Assert.Equal(measure.Summarize(expected), measure.Summarize(actual)));
        Assert.Equal(expected.Partial.Select(Figures), actual.Partial.Select(Figures));
        Assert.Equal(expected.WireCosts.OverInitialWindow, actual.WireCosts.OverInitialWindow);
        Assert.Equal(expected.Negotiated.OrderBy(each => each.Key.ToString(), StringComparer.Ordinal), actual.Negotiated.OrderBy(each => each.Key.ToString(), StringComparer.Ordinal));
        Assert.Equal(expected.Failures.OrderBy(each => each.Key.ToString(), StringComparer.Ordinal), actual.Failures.OrderBy(each => each.Key.ToString(), StringComparer.Ordinal));
        Assert.Equal(Figures(expected.Addresses), Figures(actual.Addresses));
        Assert.Equal(TargetsOf(expected).Select(Figures), TargetsOf(actual).Select(Figures));
        Assert.Equal(ProfilesOf(expected).Select(Figures), ProfilesOf(actual).Select(Figures));
        for (var second = 0; second < 30; second++)
        {
            Assert.Equal(Figures(expected.IntervalOf(second)), Figures(actual.IntervalOf(second)));
        }
    }

    private static IEnumerable<GroupTally> TargetsOf(Tally tally) => Enumerable.Range(0, tally.TargetCount).Select(tally.TargetOf);

    private static IEnumerable<GroupTally> ProfilesOf(Tally tally) => Enumerable.Range(0, tally.ProfileCount).Select(tally.ProfileOf);

    private static (Books, LatencySummary?, LatencySummary?) Figures(GroupTally group) => (group.Books, group.Response.Summarize(), group.Handshake.Summarize());

    private static IEnumerable<(AddressKey, long, long, long, string?, LatencySummary?)> Figures(IReadOnlyDictionary<AddressKey, AddressTally> addresses) => addresses
        .Select(each => (each.Key, each.Value.Completed, each.Value.Failed, each.Value.PassedOver, each.Value.PassedOverExample, each.Value.Handshake.Summarize()))
        .OrderBy(each => each.Key.Address).ThenBy(each => each.Key.Target);

    private static (StopAfter, long, long, long, long, LatencySummary?) Figures(PartialTally partial)
        => (partial.StoppedAfter, partial.Count, partial.Kept, partial.Closed, partial.Reset, partial.EndedAfter.Summarize());

    private static (long, long, long, long, LatencySummary?) Figures(IntervalTally? interval) => interval is null
        ? default
        : (interval.Scheduled, interval.Completed, interval.Failed, interval.Dropped, interval.Response.Summarize());
}
