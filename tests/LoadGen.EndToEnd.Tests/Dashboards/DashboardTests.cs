using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LoadGen.Core.Runs;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests.Dashboards;

public sealed partial class DashboardTests
{
    // What a run without a failure has nothing to show for. Everything else has data in every run.
    private static readonly Dictionary<string, string> EmptyInAGoodRun = new()
    {
        ["Failures by kind"] = "no handshake failed, and the series of a failure comes with the first of its kind",
        ["Failures by kind: first"] = "the same, of the first run, which is the good one here",
        ["Failures by alert"] = "no handshake failed, so there was no alert",
    };

    [Fact]
    public async Task Prometheus_has_data_for_every_panel_and_its_totals_are_those_of_the_results()
    {
        await using var good = new ObservedCluster();
        await using var faulted = new ObservedCluster();
        await using var prometheus = await PrometheusProcess.StartAsync([.. good.Instances, .. faulted.Instances]);
        await using var target = await BuiltInTargetProcess.StartAsync("--resumption");

        // Both at once, and slow: this is not about the load.
        var goodRun = RunAsync(good, target);
        var faultedRun = RunWithFaultsAsync(faulted);
        await Task.WhenAll(goodRun, faultedRun);
        await prometheus.WaitForScrapeAsync([.. good.Instances, faulted.CoordinatorInstance, faulted.WorkerInstances[1]]);

        var seenOfGood = await TotalsAsync(prometheus, good);
        var seenOfFaulted = await TotalsAsync(prometheus, faulted);
        var seenByGoodWorkers = await WorkerTotalsAsync(prometheus, good);
        // What ends is stale at the next scrape, so all of it is asked before the programs may go.
        var responses = await BucketsAsync(prometheus, good, "loadgen_response_duration_seconds");
        var handshakes = await BucketsAsync(prometheus, good, "loadgen_handshake_duration_seconds");
        var (goodResult, faultedResult) = (await good.FinishAsync(), await faulted.FinishAsync());
        Assert.Equal(TotalsOf(goodResult), seenOfGood);
        Assert.Equal(TotalsOf(faultedResult), seenOfFaulted);
        Assert.Equal(TotalsOf(goodResult) with { Lost = 0 }, seenByGoodWorkers);
        Assert.True(faultedResult.Books.Failed > 0, "the fault did not show");
        AssertPercentiles(responses, goodResult.LatencyMs.Response!);
        AssertPercentiles(handshakes, goodResult.LatencyMs.Handshake!);

        var (one, other) = (goodResult.Run.Id, faultedResult.Run.Id);
        Assert.Equal([], (await EmptyAsync(prometheus, "loadgen", new() { ["run"] = one })).Except(EmptyInAGoodRun.Keys));
        Assert.Equal([], await EmptyAsync(prometheus, "loadgen", new() { ["run"] = other }));
        Assert.Equal([], (await EmptyAsync(prometheus, "loadgen-compare", new() { ["first"] = one, ["second"] = other })).Except(EmptyInAGoodRun.Keys));
        await AssertVariablesAsync(prometheus, one, other);
    }

    private static async Task RunAsync(ObservedCluster cluster, BuiltInTargetProcess target)
    {
        await cluster.StartAsync($$"""
            name: good
            targets: [ { name: gateway, address: "{{target.Address}}", serverName: localhost, trust: { ca: {{target.AuthorityPath}} } } ]
            profiles:
              - { name: modern, tls: "1.3" }
              - { name: resuming, tls: "1.2", resume: 50% }
            load: [ { hold: { rate: 60/s, for: 4s } }, { hold: { rate: 120/s, for: 4s } } ]
            """);
        await cluster.WaitForResultAsync();
    }

    // Nobody listens at first, one profile is always refused, and a worker is killed.
    private static async Task RunWithFaultsAsync(ObservedCluster cluster)
    {
        var port = FreePort.Take();
        await cluster.StartAsync($$"""
            name: faulted
            targets: [ { name: gateway, address: "127.0.0.1:{{port}}", serverName: localhost, trust: insecure } ]
            profiles:
              - { name: modern, weight: 90, tls: "1.3" }
              - { name: refused, weight: 10, tls: "1.2", ciphers: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256] }
            load: [ { hold: { rate: 60/s, for: 5s } }, { hold: { rate: 100/s, for: 5s } } ]
            """);
        await Runs.WaitForSecondAsync(cluster.Coordinator, 2);
        await using var target = LoadGenProgram.Start(["target", "--listen", $"127.0.0.1:{port}"]);
        await Runs.WaitForSecondAsync(cluster.Coordinator, 5);
        cluster.Workers[0].Send(Signal.Kill);
        await cluster.WaitForResultAsync();
    }

    private static async Task<Totals> TotalsAsync(PrometheusProcess prometheus, ObservedCluster cluster)
    {
        var of = $"instance=\"{cluster.CoordinatorInstance}\"";
        async Task<double> CountAsync(string result) => await prometheus.ValueAsync($"sum(loadgen_run_handshakes_total{{{of}, result=\"{result}\"}})") ?? -1;
        return new Totals(
            await prometheus.ValueAsync($"sum(loadgen_run_arrivals_total{{{of}}}) + sum(loadgen_run_lost_arrivals{{{of}}})") ?? -1,
            await CountAsync("completed"),
            await CountAsync("failed"),
            await CountAsync("dropped"),
            await prometheus.ValueAsync($"loadgen_run_lost_arrivals{{{of}}}") ?? -1,
            await prometheus.ValueAsync($"sum(loadgen_run_negotiated_total{{{of}}})") ?? -1,
            await prometheus.ValueAsync($"sum(loadgen_run_handshake_failures_total{{{of}}}) or vector(0)") ?? -1,
            await prometheus.ValueAsync($"loadgen_run_response_duration_seconds_count{{{of}}}") ?? -1);
    }

    private static async Task<Totals> WorkerTotalsAsync(PrometheusProcess prometheus, ObservedCluster cluster)
    {
        var of = $"instance=~\"{string.Join('|', cluster.WorkerInstances)}\"";
        async Task<double> CountAsync(string result) => await prometheus.ValueAsync($"sum(loadgen_handshakes_total{{{of}, result=\"{result}\"}})") ?? -1;
        return new Totals(
            await prometheus.ValueAsync($"sum(loadgen_arrivals_total{{{of}}})") ?? -1,
            await CountAsync("completed"),
            await CountAsync("failed"),
            await CountAsync("dropped"),
            0,
            await prometheus.ValueAsync($"sum(loadgen_negotiated_total{{{of}}})") ?? -1,
            await prometheus.ValueAsync($"sum(loadgen_handshake_failures_total{{{of}}}) or vector(0)") ?? -1,
            await prometheus.ValueAsync($"sum(loadgen_response_duration_seconds_count{{{of}}})") ?? -1);
    }

    private static Totals TotalsOf(RunResult result) => new(
        result.Books.Scheduled,
        result.Books.Completed,
        result.Books.Failed,
        result.Books.Dropped,
        result.Books.Lost,
        result.Negotiated.Sum(negotiated => negotiated.Count),
        result.Failures.Sum(failure => failure.Count),
        result.LatencyMs.Response?.Count ?? 0);

    // How many the workers counted up to each bound, in ascending order; the last bound is infinite.
    private static async Task<IReadOnlyList<(double Bound, double Count)>> BucketsAsync(PrometheusProcess prometheus, ObservedCluster cluster, string metric)
    {
        var buckets = new List<(double Bound, double Count)>();
        foreach (var bound in await prometheus.LabelValuesAsync($"{metric}_bucket", "le"))
        {
            var count = await prometheus.ValueAsync($"sum({metric}_bucket{{instance=~\"{string.Join('|', cluster.WorkerInstances)}\", le=\"{bound}\"}})");
            buckets.Add((bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture), Assert.NotNull(count)));
        }

        return [.. buckets.OrderBy(bucket => bucket.Bound)];
    }

    // The result's histogram resolves a thousandth and may take the neighbour of a rank; beyond that a percentile is in its bucket.
    private static void AssertPercentiles(IReadOnlyList<(double Bound, double Count)> buckets, RunResult.Distribution observed)
    {
        foreach (var (part, milliseconds) in new[] { (0.5, observed.P50), (0.9, observed.P90), (0.99, observed.P99) })
        {
            var rank = Math.Ceiling(part * observed.Count);
            var below = buckets.LastOrDefault(bucket => bucket.Bound * 1000 <= milliseconds * 0.998).Count;
            var within = buckets.First(bucket => bucket.Bound * 1000 >= milliseconds * 1.002).Count;
            Assert.InRange(rank, below, within + 1);
        }
    }

    private static async Task<IReadOnlyList<string>> EmptyAsync(PrometheusProcess prometheus, string dashboard, Dictionary<string, string> runs)
    {
        var empty = new List<string>();
        foreach (var (title, query) in Dashboard.Read(dashboard).Queries)
        {
            var filled = Variable().Replace(query, match => match.Groups[1].Value switch
            {
                "__rate_interval" => "4s",
                var name => runs.GetValueOrDefault(name, ".*"),
            });
            if (!await prometheus.HasDataAsync(filled))
            {
                empty.Add(title);
            }
        }

        return [.. empty.Distinct()];
    }

    private static async Task AssertVariablesAsync(PrometheusProcess prometheus, params string[] runs)
    {
        foreach (var variable in Dashboard.Names.SelectMany(name => Dashboard.Read(name).Variables.Skip(1)))
        {
            var query = LabelValues().Match((string)variable["query"]!["query"]!);
            Assert.True(query.Success, $"{variable["name"]}: {variable["query"]}");
            var values = await prometheus.LabelValuesAsync(query.Groups[1].Value, query.Groups[2].Value);
            Assert.NotEmpty(values);
            Assert.True(query.Groups[2].Value != "run_id" || runs.All(values.Contains), string.Join(", ", values));
        }
    }

    [GeneratedRegex(@"\$([a-z_]+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^label_values\((\w+), (\w+)\)$")]
    private static partial Regex LabelValues();

    private sealed record Totals(
        double Arrivals, double Completed, double Failed, double Dropped, double Lost, double Negotiated, double Failures, double Response);
}
