using System.Diagnostics;
using System.Net;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

public sealed class MetricsTests
{
    [Fact]
    public async Task A_scrape_is_clean_and_its_last_counters_equal_the_result()
    {
        var promtool = RealServers.Require("promtool");
        await using var run = LoadGenProgram.Start(
            ["run", "--rate", "100", "--duration", "4s", "--metrics-port", "0", "--linger", "60s", "--json", "-"]);
        var line = await run.WaitForLineAsync("metrics on ", TestContext.Current.CancellationToken);
        var address = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]);
        using var http = new HttpClient();

        await Runs.WaitForSecondAsync(run, 2);
        var midRun = await http.GetStringAsync(address, TestContext.Current.CancellationToken);
        await run.WaitForLineAsync("\"intervals\"", TestContext.Current.CancellationToken);
        var final = await http.GetStringAsync(address, TestContext.Current.CancellationToken);
        run.Send(Signal.Interrupt);
        await run.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        var result = Runs.Parse(string.Join('\n', run.StandardOutput), string.Join('\n', run.StandardError));
        Assert.True(Sum(midRun, "loadgen_handshakes_total") > 0);
        Assert.Equal("", await CheckAsync(promtool, midRun));
        Assert.Equal(result.Books.Scheduled, Sum(final, "loadgen_arrivals_total"));
        Assert.Equal(result.Books.Completed, Sum(final, "loadgen_handshakes_total", "result=\"completed\""));
        Assert.Equal(result.Books.Completed, Sum(final, "loadgen_negotiated_total"));
        Assert.Equal(result.LatencyMs.Response!.Count, Sum(final, "loadgen_response_duration_seconds_count"));
        Assert.Equal(result.Books.Scheduled, Sum(final, "loadgen_run_arrivals_total"));
        Assert.Equal(result.Books.Completed, Sum(final, "loadgen_run_handshakes_total", "result=\"completed\""));
        Assert.Equal(Sum(final, "loadgen_handshake_duration_seconds_sum"), Sum(final, "loadgen_run_handshake_duration_seconds_sum"), tolerance: 1e-9);
        Assert.Equal(1, Sum(final, "loadgen_run_verdict", $"verdict=\"{result.Run.Verdict}\""));
        Assert.Equal(1, Sum(final, "loadgen_run_info", $"run_id=\"{result.Run.Id}\""));
        Assert.InRange(final.Split('\n').Count(line => line.Length > 0 && !line.StartsWith('#')), 100, 1999);
        Assert.Equal(0, Sum(final, "loadgen_connections_in_flight"));
    }

    [Fact]
    public async Task The_final_counts_are_put_to_a_gateway()
    {
        var gateway = new Uri($"http://127.0.0.1:{FreePort.Take()}/");
        using var listener = new HttpListener { Prefixes = { gateway.AbsoluteUri } };
        listener.Start();
        var put = ReceiveAsync(listener);

        var (_, result) = await Runs.ExecuteAsync("--rate", "100", "--duration", "1s", "--push", gateway.AbsoluteUri);

        var (request, body) = await put.WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        Assert.Equal($"PUT /metrics/job/loadgen/instance/{Environment.MachineName}", request);
        Assert.Equal(result.Books.Completed, Sum(body, "loadgen_run_handshakes_total", "result=\"completed\""));
        Assert.Equal(1, Sum(body, "loadgen_run_verdict", $"verdict=\"{result.Run.Verdict}\""));
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_one_warning_and_no_other_verdict()
    {
        var (program, result) = await Runs.ExecuteAsync("--count", "10", "--concurrency", "1", "--push", $"http://127.0.0.1:{FreePort.Take()}", "--quiet");

        Assert.Equal(result.Run.Verdict == "pass" ? 0 : 12, program.ExitCode);
        Assert.StartsWith("loadgen: --push: the metrics did not reach", Assert.Single(program.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_gateway_is_refused()
    {
        var program = await LoadGenProgram.RunAsync(["run", "--count", "1", "--push", "gateway:9091"], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(2, program.ExitCode);
        Assert.Contains("--push: 'gateway:9091'", program.StandardError, StringComparison.Ordinal);
    }

    private static async Task<(string Request, string Body)> ReceiveAsync(HttpListener listener)
    {
        var context = await listener.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        context.Response.Close();
        return ($"{context.Request.HttpMethod} {context.Request.RawUrl}", body);
    }

    private static double Sum(string scrape, string name, string label = "") => scrape.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
        .Where(line => line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..]));

    private static async Task<string> CheckAsync(string promtool, string scrape)
    {
        using var check = Process.Start(new ProcessStartInfo(promtool, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await check.StandardInput.WriteAsync(scrape);
        check.StandardInput.Close();
        var said = await check.StandardOutput.ReadToEndAsync() + await check.StandardError.ReadToEndAsync();
        await check.WaitForExitAsync();
        return check.ExitCode == 0 ? said : $"exit code {check.ExitCode}: {said}";
    }
}
