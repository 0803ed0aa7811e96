using CsCheck;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;

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
        Assert.Equal(new Books(samples.Length + 8, completed, samples.Length - completed, 1, 7), tally.Books);
        Assert.True(tally.Books.Balance);
        Assert.Equal(completed, tally.Negotiated.Values.Sum());
        Assert.Equal(samples.Length - completed, tally.Failures.Values.Sum(failure => failure.Count));
        Assert.Equal(completed, tally.Targets.Sum(target => target.Books.Completed));
        Assert.Equal(completed, tally.Profiles.Sum(profile => profile.Books.Completed));
        Assert.Equal(completed, tally.Intervals.Sum(interval => interval.Completed));
        Assert.Equal(samples.Length + 1, tally.Intervals.Sum(interval => interval.Scheduled));
    });

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
        Array.ForEach(after, tally.Record);

        AssertSame(Of(after), tally);
    });

    [Fact]
    public void Malformed_bytes_are_refused_and_nothing_else_happens()
        => Gen.Select(Samples.Any.Array[0, 20], Gen.Int[0, 10_000], Gen.Byte, Gen.Bool).Sample((samples, place, value, cut) =>
        {
            var bytes = Of(samples).Encode();
            place %= bytes.Length;
            var spoiled = cut ? bytes[..place] : bytes;
            if (!cut)
            {
                spoiled[place] ^= (byte)(value | 1);
            }

            var tally = new Tally(Samples.Targets, Samples.Profiles);
            var error = Record.Exception(() => tally.MergeEncoded(spoiled));

            // A spoiled count may still be a tally; anything that is none must be refused as such.
            Assert.True(error is null or TallyFormatException, error?.ToString());
            Assert.True(!cut || error is not null);
        }, iter: 2000);

    [Fact]
    public void A_tally_of_another_plan_is_refused()
        => Assert.Throws<TallyFormatException>(() => new Tally(1, 1).MergeEncoded(new Tally(2, 1).Encode()));

    [Fact]
    public void A_second_of_a_busy_run_travels_in_one_frame() => Samples.Any.Array[5000].Sample(
        samples => Assert.InRange(Of(samples).Encode().Length, 0, 128_000), iter: 3);

    private static Tally Of(IEnumerable<Sample> samples)
    {
        var tally = new Tally(Samples.Targets, Samples.Profiles);
        foreach (var sample in samples)
        {
            tally.Record(sample);
        }

        return tally;
    }

    private static void AssertSame(Tally expected, Tally actual)
    {
        Assert.Equal(expected.Books, actual.Books);
        Assert.Equal(expected.Response.Summarize(), actual.Response.Summarize());
        Assert.Equal(expected.Handshake.Summarize(), actual.Handshake.Summarize());
        Assert.Equal(expected.Lag.Summarize(), actual.Lag.Summarize());
        Assert.All(Enum.GetValues<Phase>(), phase => Assert.Equal(expected.PhaseOf(phase).Summarize(), actual.PhaseOf(phase).Summarize()));
        Assert.Equal(expected.Negotiated.OrderBy(each => each.Key.CipherSuite), actual.Negotiated.OrderBy(each => each.Key.CipherSuite));
        Assert.Equal(expected.Failures.OrderBy(each => (each.Key.Kind, each.Key.Target)), actual.Failures.OrderBy(each => (each.Key.Kind, each.Key.Target)));
        Assert.Equal(expected.Targets.Select(Figures), actual.Targets.Select(Figures));
        Assert.Equal(expected.Profiles.Select(Figures), actual.Profiles.Select(Figures));
        for (var second = 0; second < 30; second++)
        {
            Assert.Equal(Figures(expected.IntervalOf(second)), Figures(actual.IntervalOf(second)));
        }
    }

    private static (Books, LatencySummary?, LatencySummary?) Figures(GroupTally group) => (group.Books, group.Response.Summarize(), group.Handshake.Summarize());

    private static (long, long, long, long, LatencySummary?) Figures(IntervalTally? interval) => interval is null
        ? default
        : (interval.Scheduled, interval.Completed, interval.Failed, interval.Dropped, interval.Response.Summarize());
}
