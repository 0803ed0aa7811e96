using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

public sealed class VerdictTests
{
    private static readonly Load Closed = new Load.Closed(8, TimeSpan.FromSeconds(10), null);

    [Theory]
    [InlineData("p50<11ms", true, 10)]
    [InlineData("p99<50ms", true, 10)]
    [InlineData("p99<5ms", false, 10)]
    [InlineData("max<=10.5ms", true, 10)]
    [InlineData("handshake.mean<9.6ms", true, 9.5)]
    [InlineData("server_hello.p90<9ms", false, 9.5)]
    [InlineData("rate>=100", true, 100)]
    [InlineData("rate>100", false, 100)]
    [InlineData("failures<=0%", true, 0)]
    public void A_run_passes_when_its_threshold_holds(string threshold, bool pass, double observed)
    {
        var verdict = Verdict.Of(RunRecords.Of(thresholds: threshold));

        Assert.Equal(pass ? VerdictKind.Pass : VerdictKind.Fail, verdict.Kind);
        var result = Assert.Single(verdict.Thresholds);
        Assert.Equal(pass, result.Pass);
        Assert.Equal(observed, result.Observed!.Value, observed * 0.002);
        Assert.Equal(pass, verdict.Reasons.Count == 0);
    }

    [Theory]
    [InlineData("bytes_in.p99<6000", true)]
    [InlineData("bytes_in.max<5000", false)]
    [InlineData("flights.max<=3", true)]
    [InlineData("retries.max<=0", true)]
    [InlineData("certificate_bytes.max<100000", false)] // not seen
    public void What_handshakes_cost_on_the_network_is_held_against_thresholds(string threshold, bool pass)
        => Assert.Equal(pass, Assert.Single(Verdict.Of(RunRecords.Of(wire: new WireCost { BytesIn = 5000, BytesOut = 500, Flights = 3, Retries = 0 }, thresholds: threshold)).Thresholds).Pass);

    [Fact]
    public void Whatever_did_not_complete_counts_as_a_failure()
    {
        var verdict = Verdict.Of(RunRecords.Of(completed: 980, failed: 5, dropped: 10, lost: 5, thresholds: "failures<1%"));

        Assert.Equal(0.02, Assert.Single(verdict.Thresholds).Observed!.Value, 6);
        Assert.Equal(VerdictKind.Fail, verdict.Kind);
    }

    [Theory]
    [InlineData("resumed >= 29%", true)]
    [InlineData("resumed > 30%", false)]
    [InlineData("resumed <= 0%", false)]
    public void What_was_resumed_is_a_part_of_what_completed(string threshold, bool pass)
    {
        var result = Assert.Single(Verdict.Of(RunRecords.Of(completed: 1000, failed: 500, resumed: 300, thresholds: threshold)).Thresholds);

        Assert.Equal((pass, 0.3), (result.Pass, result.Observed));
    }

    [Theory]
    [InlineData("refused", 0.25)]
    [InlineData("early_data", 2 / 3d)]
    public void What_the_server_refused_is_a_part_of_what_was_offered(string statistic, double observed)
    {
        var record = RunRecords.Of(completed: 5, thresholds: $"{statistic} <= 100%");
        EarlyDataFate?[] resumed = [EarlyDataFate.Accepted, EarlyDataFate.TooEarly, null];
        foreach (var fate in resumed)
        {
            Record(new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", null, Resumed: true) { OfferedResumption = true, EarlyData = fate });
        }

        Record(new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", null, Resumed: false) { OfferedResumption = true, EarlyData = EarlyDataFate.Rejected });

        Assert.Equal(observed, Assert.Single(Verdict.Of(record).Thresholds).Observed!.Value, 6);

        void Record(Negotiated negotiated)
            => record.Tally.Record(new Sample(0, 0, 0, default, default, default, Outcome.Completed(negotiated, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), default, null)));
    }

    [Theory]
    [InlineData("kept<=25%", VerdictKind.Pass)]
    [InlineData("kept<20%", VerdictKind.Fail)]
    [InlineData("ended_after.max<=2s", VerdictKind.Pass)]
    [InlineData("ended_after.max<1s", VerdictKind.Fail)]
    public void A_run_of_handshakes_that_are_stopped_on_purpose_is_judged_by_what_the_server_did(string threshold, VerdictKind kind)
    {
        var record = RunRecords.Of(completed: 0, thresholds: threshold);
        for (var i = 0; i < 4; i++)
        {
            record.Tally.Record(new Sample(i, 0, 0, default, default, default, Outcome.Stopped(StopAfter.ServerFlight, default, default)));
            record.Tally.RecordHeld(new HeldConnection(i == 0 ? HoldEnd.Kept : HoldEnd.Closed, TimeSpan.FromSeconds(2), StopAfter.ServerFlight));
        }

        record = record with { Workers = [record.Workers[0] with { Books = record.Tally.Books }] };

        Assert.Equal(kind, Verdict.Of(record).Kind);
        Assert.Equal((4, 4), (record.Books.Scheduled, record.Books.Partial));
        Assert.True(record.Books.Balance);
    }

    [Fact]
    public void A_run_in_which_nothing_completed_fails_without_any_threshold()
        => Assert.Equal(VerdictKind.Fail, Verdict.Of(RunRecords.Of(completed: 0, failed: 10)).Kind);

    [Fact]
    public void A_threshold_with_nothing_to_observe_does_not_hold()
    {
        var result = Assert.Single(Verdict.Of(RunRecords.Of(completed: 0, failed: 10, thresholds: "p99<1s")).Thresholds);

        Assert.Null(result.Observed);
        Assert.False(result.Pass);
    }

    [Theory]
    [InlineData("p99<50ms", 7.739, "p99 < 50ms (actual 7.74 ms)")]
    [InlineData("failures <0.1%", 1.0 / 3, "failures < 0.1% (actual 33.3 %)")]
    [InlineData("failures<0.1%", 0.0, "failures < 0.1% (actual 0 %)")]
    [InlineData("rate>=950/s", 1234.5678, "rate >= 950/s (actual 1,235/s)")]
    [InlineData("max<=50ms", 50.04, "max <= 50ms (actual 50.04 ms)")]
    [InlineData("rate >= 300", 299.96, "rate >= 300 (actual 299.96/s)")]
    [InlineData("tcp_connect.p99<5ms", null, "tcp_connect.p99 < 5ms (no samples)")]
    [InlineData("bytes_in.max<6000", 6144.0, "bytes_in.max < 6000 (actual 6,144 bytes)")]
    [InlineData("flights.max<=3", 5.0, "flights.max <= 3 (actual 5)")]
    [InlineData("nonsense", 1.5, "nonsense (actual 1.5)")]
    public void A_threshold_is_told_with_its_unit_and_the_digits_that_decide(string expression, double? observed, string text)
        => Assert.Equal(text, $"{ThresholdText.Condition(expression)} ({ThresholdText.Actual(expression, observed)})");

    [Fact]
    public void The_reason_of_a_failed_threshold_says_what_was_measured()
        => Assert.Equal(
            ["threshold failed: failures < 1% (actual 2 %)"],
            Verdict.Of(RunRecords.Of(completed: 980, failed: 5, dropped: 10, lost: 5, thresholds: "failures<1%")).Reasons);

    [Fact]
    public void Failures_without_a_threshold_are_a_result_and_not_a_verdict()
        => Assert.Equal(VerdictKind.Pass, Verdict.Of(RunRecords.Of(completed: 900, failed: 100)).Kind);

    [Fact]
    public void A_generator_that_started_late_makes_the_run_inconclusive()
        => AssertInconclusive("schedule lag", RunRecords.Of(lagMs: 80, responseMs: 100, thresholds: "p99<1ms"));

    [Fact]
    public void A_saturated_generator_makes_a_closed_run_inconclusive()
        => AssertInconclusive("cpu: host:1", RunRecords.Of(cpuSeconds: 19, load: Closed));

    [Fact]
    public void A_saturated_generator_that_dropped_arrivals_makes_an_open_run_inconclusive()
        => AssertInconclusive("cpu: host:1", RunRecords.Of(cpuSeconds: 19, dropped: 1));

    [Fact]
    public void A_busy_generator_that_kept_its_times_is_no_reason()
        => Assert.Equal(VerdictKind.Pass, Verdict.Of(RunRecords.Of(cpuSeconds: 19)).Kind);

    [Fact]
    public void Garbage_collection_makes_a_run_inconclusive() => AssertInconclusive("garbage collection", RunRecords.Of(gcSeconds: 1.5));

    [Theory]
    [InlineData(FailureKind.PortsExhausted, "ports_exhausted")]
    [InlineData(FailureKind.FilesExhausted, "files_exhausted")]
    public void Used_up_ports_or_files_make_a_run_inconclusive(FailureKind kind, string expected)
        => AssertInconclusive(expected, RunRecords.Of(failed: 1, kind: kind));

    [Fact]
    public void Too_much_lost_makes_a_run_inconclusive()
    {
        AssertInconclusive("lost with their workers", RunRecords.Of(completed: 980, lost: 20));
        Assert.Equal(VerdictKind.Pass, Verdict.Of(RunRecords.Of(completed: 991, lost: 9)).Kind);
    }

    [Fact]
    public void An_aborted_run_is_aborted_whatever_else_it_is()
    {
        var verdict = Verdict.Of(RunRecords.Of(lagMs: 80, responseMs: 100, abort: "interrupted", thresholds: "p99<1ms"));

        Assert.Equal(VerdictKind.Aborted, verdict.Kind);
        Assert.Equal("interrupted", verdict.Reasons[0]);
    }

    private static void AssertInconclusive(string reason, RunRecord record)
    {
        var verdict = Verdict.Of(record);

        Assert.Equal(VerdictKind.Inconclusive, verdict.Kind);
        Assert.True(verdict.Generator.Limited || verdict.Reasons.Count > 0);
        Assert.Equal(verdict.Generator.Limited, verdict.Generator.Limits.Count > 0);
        Assert.Contains(verdict.Reasons, each => each.Contains(reason, StringComparison.Ordinal));
    }
}
