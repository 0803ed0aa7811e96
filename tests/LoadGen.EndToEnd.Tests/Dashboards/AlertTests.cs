using LoadGen.TestServers.Processes;

namespace LoadGen.EndToEnd.Tests.Dashboards;

/// <summary>The alert rules, by Prometheus' own tool.</summary>
public sealed class AlertTests
{
    [Theory]
    [InlineData("check", "rules", "grafana/alerts.yaml")]
    [InlineData("test", "rules", "grafana/alerts_test.yaml")]
    [InlineData("check", "config", "deploy/prometheus.yml", "--syntax-only")]
    public async Task Rules_and_configuration_are_right(string verb, string subject, string file, params string[] options)
    {
        await using var promtool = ChildProcess.Start(RealServers.Require("promtool"), [verb, subject, .. options, RepositoryFile.PathOf(file)]);

        var exitCode = await promtool.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        Assert.True(exitCode == 0, string.Join('\n', [.. promtool.StandardOutput, .. promtool.StandardError]));
    }

    [Fact]
    public void Every_rule_has_a_test()
    {
        var names = File.ReadLines(RepositoryFile.PathOf("grafana/alerts.yaml")).Where(line => line.Contains("- alert: ", StringComparison.Ordinal)).Select(line => line.Split(": ")[1]).ToList();
        var tests = File.ReadAllText(RepositoryFile.PathOf("grafana/alerts_test.yaml"));

        Assert.NotEmpty(names);
        // One that raises it, beside the one of a run as it should be.
        Assert.All(names, name => Assert.Contains($"- alertname: {name}\n", tests, StringComparison.Ordinal));
    }
}
