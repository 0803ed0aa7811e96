using System.Text;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;

namespace LoadGen.Tests.Metrics;

public sealed class NodeMetricsTests
{
    private readonly NodeMetrics _metrics = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 8)]
    [InlineData(24, 1)]
    [InlineData(24, 12)]
    [InlineData(100, 12)]
    public async Task A_worker_stays_below_two_thousand_series_whatever_the_plan_and_the_servers_are(int targets, int profiles)
    {
        var counted = new Tally(targets, profiles);
        _metrics.Prepared("run", PlanOf(targets, profiles));
        for (var target = 0; target < targets; target++)
        {
            for (var profile = 0; profile < profiles; profile++)
            {
                counted.Record(Completed(target, profile, $"suite-{target}-{profile}"));
                counted.Record(Failed(target, profile, (FailureKind)(profile % EnumNames.All<FailureKind>().Count), $"alert-{target}-{profile}"));
                counted.RecordDropped(TimeSpan.Zero, target, profile);
                var point = (StopAfter)(1 + (profile % 4));
                counted.Record(SampleOf(target, profile, Outcome.Stopped(point, default, default)));
                counted.RecordHeld(new HeldConnection(HoldEnd.Kept, default, point));
            }
        }

        _metrics.Counted("run", "worker", counted, inFlight: 3);

        var scrape = await ScrapeAsync();
        Assert.InRange(scrape.Lines.Count, 100, 1999);
        var each = targets * profiles;
        Assert.Equal(4 * each, scrape.Sum("loadgen_arrivals_total"));
        Assert.Equal(3, scrape.Sum("loadgen_connections_in_flight"));
        Assert.Equal(4 * each, scrape.Sum("loadgen_handshakes_total"));
        Assert.Equal(each, scrape.Sum("loadgen_handshake_failures_total"));
        Assert.Equal(each, scrape.Sum("loadgen_negotiated_total"));
        Assert.Equal(each, scrape.Sum("loadgen_response_duration_seconds_count"));
    }

    [Fact]
    public async Task What_handshakes_cost_on_the_network_is_exposed_by_workers_and_once_more_for_the_run()
    {
        _metrics.Prepared("run", PlanOf(2, 2));
        var counted = TallyOf(Completed(0, 0, "suite"), Completed(1, 1, "suite"), Failed(0, 0, FailureKind.ConnectionReset, null));
        _metrics.Counted("run", "worker", counted, inFlight: 0);
        _metrics.Progressed(new RunProgress { RunId = "run", Stage = RunStage.Running }, PlanOf(2, 2), counted);

        var scrape = await ScrapeAsync();
        foreach (var prefix in (string[])["loadgen_", "loadgen_run_"])
        {
            Assert.Equal(3800, scrape.Sum($"{prefix}handshake_bytes_sum", "direction=\"in\""));
            Assert.Equal(1000, scrape.Sum($"{prefix}handshake_bytes_sum", "direction=\"out\""));
            Assert.Equal(2400, scrape.Sum($"{prefix}certificate_bytes_sum"));
            Assert.Equal(10, scrape.Sum($"{prefix}handshake_flights_total"));
            Assert.Equal(2, scrape.Sum($"{prefix}hello_retries_total"));
            Assert.Equal(2, scrape.Sum($"{prefix}server_flights_over_initial_window_total"));
            Assert.Equal(2, scrape.Sum($"{prefix}tcp_round_trip_seconds_count"));
            Assert.Equal(4, scrape.Sum($"{prefix}tcp_sampled_retransmits_total"));
        }
    }

    [Fact]
    public async Task Handshakes_that_are_stopped_on_purpose_are_exposed_where_there_are_any()
    {
        _metrics.Prepared("run", PlanOf(2, 2));
        var counted = TallyOf(Completed(0, 0, "suite"), SampleOf(1, 0, Outcome.Stopped(StopAfter.ClientHello, default, default)));
        counted.RecordHeld(new HeldConnection(HoldEnd.Closed, TimeSpan.FromSeconds(1), StopAfter.ClientHello));
        _metrics.Counted("run", "worker", counted, inFlight: 0);
        _metrics.Progressed(new RunProgress { RunId = "run", Stage = RunStage.Running }, PlanOf(2, 2), counted);

        var scrape = await ScrapeAsync();
        foreach (var prefix in (string[])["loadgen_", "loadgen_run_"])
        {
            Assert.Equal(2, scrape.Sum($"{prefix}arrivals_total"));
            Assert.Equal(2, scrape.Sum($"{prefix}handshakes_total"));
            Assert.Single(scrape.Lines, line => line.StartsWith($"{prefix}handshakes_total", StringComparison.Ordinal) && line.Contains("result=\"partial\"", StringComparison.Ordinal));
            Assert.Equal(1, scrape.Sum($"{prefix}partial_connections_total", "stopped_after=\"client_hello\",end=\"closed\""));
        }
    }

    [Theory]
    [InlineData(4, 6, "target=\"t3\",profile=\"p5\"")]
    [InlineData(5, 6, "target=\"t4\",profile=\"all\"")]
    [InlineData(24, 1, "target=\"t23\",profile=\"p0\"")]
    [InlineData(25, 1, "target=\"all\",profile=\"all\"")]
    [InlineData(25, 6, "target=\"all\",profile=\"all\"")]
    public async Task Targets_and_profiles_are_told_apart_while_they_are_few(int targets, int profiles, string labels)
    {
        _metrics.Prepared("run", PlanOf(targets, profiles));
        var counted = new Tally(targets, profiles);
        counted.Record(Completed(targets - 1, profiles - 1, "suite"));
        _metrics.Counted("run", "worker", counted, inFlight: 0);

        var scrape = await ScrapeAsync();
        Assert.Equal(1, scrape.Sum("loadgen_arrivals_total", labels));
        Assert.Equal(1, scrape.Sum("loadgen_response_duration_seconds_count", labels));
    }

    [Fact]
    public async Task A_new_run_starts_from_zero_without_the_series_of_the_last()
    {
        _metrics.Prepared("first", PlanOf(1, 1));
        var counted = new Tally(1, 1);
        counted.Record(Failed(0, 0, FailureKind.ConnectionReset, null));
        _metrics.Counted("first", "worker", counted, inFlight: 0);
        _metrics.Progressed(new RunProgress { RunId = "first", Stage = RunStage.Running }, PlanOf(1, 1), TallyOf(Failed(0, 0, FailureKind.ConnectionReset, null)));

        _metrics.Prepared("second", PlanOf(1, 1) with { Targets = [TargetOf("other")] });
        _metrics.Progressed(new RunProgress { RunId = "second", Stage = RunStage.Preparing }, PlanOf(1, 1), new Tally(1, 1));

        var scrape = await ScrapeAsync();
        Assert.Contains(scrape.Lines, line => line.StartsWith("loadgen_run_info{run_id=\"second\"", StringComparison.Ordinal));
        Assert.Contains(scrape.Lines, line => line == "loadgen_arrivals_total{target=\"other\",profile=\"p0\"} 0");
        Assert.DoesNotContain(scrape.Lines, line => line.Contains("\"first\"", StringComparison.Ordinal) || line.Contains("connection_reset", StringComparison.Ordinal));
        Assert.Equal(0, scrape.Sum("loadgen_handshakes_total") + scrape.Sum("loadgen_run_handshakes_total") + scrape.Sum("loadgen_schedule_lag_seconds_count"));
    }

    [Fact]
    public async Task Workers_of_one_process_count_into_the_same_series()
    {
        var counted = new Tally(1, 1);
        counted.Record(Completed(0, 0, "suite"));
        _metrics.Prepared("run", PlanOf(1, 1));
        _metrics.Counted("run", "worker-1", counted, inFlight: 4);
        _metrics.Prepared("run", PlanOf(1, 1));
        _metrics.Counted("run", "worker-2", counted, inFlight: 3);
        _metrics.Counted("run", "worker-1", counted, inFlight: 2);

        var scrape = await ScrapeAsync();
        Assert.Equal((3.0, 5.0), (scrape.Sum("loadgen_arrivals_total"), scrape.Sum("loadgen_connections_in_flight")));
    }

    [Fact]
    public async Task The_merged_view_tells_what_the_coordinator_counted_and_what_was_lost()
    {
        var plan = PlanOf(2, 2);
        var merged = TallyOf(Completed(0, 0, "suite"), Completed(1, 1, "suite"), Failed(1, 0, FailureKind.AlertReceived, "handshake_failure"));
        merged.RecordDropped(TimeSpan.Zero, 0, 1);
        merged.RecordLost(7);
        _metrics.Progressed(new RunProgress { RunId = "run", Stage = RunStage.Running, CompletedPerSecond = 2, FailedPerSecond = 1, WorkersExpected = 3 }, plan, merged);

        var scrape = await ScrapeAsync();
        Assert.Equal(
            [1, 1, 1, 1, 7],
            [
                scrape.Sum("loadgen_run_handshakes_total", "target=\"t0\",result=\"completed\""),
                scrape.Sum("loadgen_run_handshakes_total", "target=\"t1\",result=\"completed\""),
                scrape.Sum("loadgen_run_handshakes_total", "target=\"t1\",result=\"failed\""),
                scrape.Sum("loadgen_run_handshakes_total", "target=\"t0\",result=\"dropped\""),
                scrape.Sum("loadgen_run_lost_arrivals"),
            ]);
        Assert.Equal(scrape.Sum("loadgen_run_arrivals_total"), scrape.Sum("loadgen_run_handshakes_total"));
        Assert.Equal(1, scrape.Sum("loadgen_run_handshake_failures_total", "kind=\"alert_received\",phase=\"server_hello\",alert=\"handshake_failure\""));
        Assert.Equal(2, scrape.Sum("loadgen_run_response_duration_seconds_count"));
        Assert.Equal((3.0, 3.0), (scrape.Sum("loadgen_achieved_rate"), scrape.Sum("loadgen_workers_expected")));
        Assert.Equal(0, scrape.Sum("loadgen_handshakes_total"));
    }

    [Fact]
    public async Task What_was_lost_is_lost_no_more_when_its_worker_reports_after_all()
    {
        var merged = TallyOf();
        merged.RecordLost(7);
        _metrics.Progressed(new RunProgress { RunId = "run", Stage = RunStage.Running }, PlanOf(2, 2), merged);
        merged.RecordLost(-5);
        _metrics.Progressed(new RunProgress { RunId = "run", Stage = RunStage.Running }, PlanOf(2, 2), merged);

        Assert.Equal(2, (await ScrapeAsync()).Sum("loadgen_run_lost_arrivals"));
    }

    [Fact]
    public async Task What_limits_the_generator_shows_while_it_does()
    {
        var late = Completed(0, 0, "suite") with { Started = TimeSpan.FromMilliseconds(80), Ended = TimeSpan.FromMilliseconds(90) };
        _metrics.Progressed(new RunProgress { RunId = "run", Stage = RunStage.Running }, PlanOf(1, 1), TallyOf(late));
        var limited = await ScrapeAsync();
        _metrics.Progressed(new RunProgress { RunId = "run", Stage = RunStage.Running }, PlanOf(1, 1), TallyOf(Completed(0, 0, "suite")));
        var relieved = await ScrapeAsync();

        Assert.Equal((1.0, 1.0), (limited.Sum("loadgen_generator_limited", "reason=\"schedule_lag\""), limited.Sum("loadgen_generator_limited")));
        Assert.Equal(0, relieved.Sum("loadgen_generator_limited"));
    }

    [Fact]
    public async Task A_process_without_a_run_tells_only_of_itself()
    {
        var scrape = await ScrapeAsync();

        Assert.Contains(scrape.Lines, line => line.StartsWith("process_cpu_seconds_total ", StringComparison.Ordinal));
        Assert.Contains(scrape.Lines, line => line.StartsWith("dotnet_gc_pause_seconds_total ", StringComparison.Ordinal));
        Assert.DoesNotContain(scrape.Lines, line => line.StartsWith("loadgen_", StringComparison.Ordinal) && !line.StartsWith("loadgen_tcp_sockets", StringComparison.Ordinal));
    }

    private static Plan PlanOf(int targets, int profiles) => new()
    {
        Name = "test",
        Targets = [.. Enumerable.Range(0, targets).Select(i => TargetOf($"t{i}"))],
        Profiles = [.. Enumerable.Range(0, profiles).Select(i => new Profile { Name = $"p{i}" })],
        Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
    };

    private static Target TargetOf(string name) => new() { Name = name, Host = "127.0.0.1", Port = 443, ServerName = "localhost" };

    private static Tally TallyOf(params Sample[] samples)
    {
        var tally = new Tally(2, 2);
        Array.ForEach(samples, tally.Record);
        return tally;
    }

    private static Sample Completed(int target, int profile, string suite) => SampleOf(
        target, profile, Outcome.Completed(new Negotiated(TlsVersion.Tls13, suite, "x25519", false), TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(1), default, null, wire: Cost));

    private static WireCost Cost { get; } = new()
    {
        BytesIn = 1900, BytesOut = 500, CertificateBytes = 1200, Flights = 5, Retries = 1, ServerFlightSegments = 12, Tcp = new TcpSample(TimeSpan.FromMilliseconds(1), 2),
    };

    private static Sample Failed(int target, int profile, FailureKind kind, string? alert) => SampleOf(
        target, profile, Outcome.Failed(new Failure(kind, Phase.ServerHello, FaultSide.Server, alert, "an example"), TimeSpan.FromMilliseconds(2), default));

    private static Sample SampleOf(int target, int profile, Outcome outcome)
        => new(0, target, profile, TimeSpan.Zero, TimeSpan.Zero, outcome.Elapsed, outcome);

    private async Task<Scrape> ScrapeAsync()
    {
        using var text = new MemoryStream();
        await _metrics.WriteAsync(text, TestContext.Current.CancellationToken);
        return new Scrape([.. Encoding.UTF8.GetString(text.ToArray()).Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#'))]);
    }

    private sealed record Scrape(IReadOnlyList<string> Lines)
    {
        public double Sum(string name, string labels = "") => Lines
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
            .Where(line => line.Contains(labels, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..]));
    }
}
