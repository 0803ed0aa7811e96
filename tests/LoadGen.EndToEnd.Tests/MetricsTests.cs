using System.Diagnostics;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

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

        await run.WaitForLineAsync(" 2 s ", TestContext.Current.CancellationToken);
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
        Assert.Equal(0, Sum(final, "loadgen_connections_in_flight"));
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
