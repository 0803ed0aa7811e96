using System.Globalization;
using System.Text.Json.Nodes;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests.Dashboards;

/// <summary>A Prometheus that scrapes once a second, and answers queries.</summary>
internal sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _http;
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;

    private PrometheusProcess(ChildProcess process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/") };
    }

    /// <summary>Starts it; the instances need not be there yet.</summary>
    public static async Task<PrometheusProcess> StartAsync(IEnumerable<string> instances)
    {
        var program = RealServers.Require("prometheus");
        var folder = Directory.CreateTempSubdirectory("loadgen-prometheus-");
        var configuration = Path.Combine(folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, $"""
            global: {"{ scrape_interval: 1s, scrape_timeout: 1s }"}
            scrape_configs:
              - job_name: loadgen
                static_configs:
                  - targets: [{string.Join(", ", instances.Select(instance => $"'{instance}'"))}]
            """);
        var port = FreePort.Take();
        var process = ChildProcess.Start(
            program, [$"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(folder.FullName, "data")}", $"--web.listen-address=127.0.0.1:{port}"]);
        var prometheus = new PrometheusProcess(process, folder, port);
        try
        {
            await process.WaitForLineAsync("Server is ready to receive web requests", TestContext.Current.CancellationToken);
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>The value of a query that answers with one series; <see langword="null"/> while it answers with none.</summary>
    public async Task<double?> ValueAsync(string query)
    {
        var series = (await AskAsync($"query?query={Uri.EscapeDataString(query)}"))["result"]!.AsArray();
        return series.Count == 0 ? null : NumberOf(Assert.Single(series)!["value"]![1]);
    }

    /// <summary>Whether a query has data at any second since the start.</summary>
    public async Task<bool> HasDataAsync(string query)
    {
        var answer = await AskAsync(
            $"query_range?query={Uri.EscapeDataString(query)}&start={_started.ToUnixTimeSeconds()}&end={DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}&step=1");
        return answer["result"]!.AsArray().SelectMany(series => series!["values"]!.AsArray()).Any(value => double.IsFinite(NumberOf(value![1])));
    }

    /// <summary>The values of a label, as a variable of Grafana asks for them.</summary>
    public async Task<IReadOnlyList<string>> LabelValuesAsync(string metric, string label)
    {
        var values = (await AskAsync($"label/{label}/values?match[]={Uri.EscapeDataString(metric)}")).AsArray();
        return [.. values.Select(value => (string)value!)];
    }

    /// <summary>Waits until every one of the instances was scraped after now.</summary>
    public async Task WaitForScrapeAsync(IReadOnlyCollection<string> instances)
    {
        var query = $"timestamp(up{{instance=~\"{string.Join('|', instances)}\"}}) > {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0:F3}";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(ChildProcess.Patience);
        while (await ValueAsync($"count({query})") != instances.Count)
        {
            // Prometheus tells nobody when it has scraped.
            await Task.Delay(TimeSpan.FromMilliseconds(200), deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<JsonNode> AskAsync(string path)
    {
        using var response = await _http.GetAsync(path, TestContext.Current.CancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.True((string?)answer["status"] == "success", $"{Uri.UnescapeDataString(path)}: {answer}");
        return answer["data"]!;
    }

    private static double NumberOf(JsonNode? value) => (string)value! switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var text => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
