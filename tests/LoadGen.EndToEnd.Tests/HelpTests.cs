using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("coordinator")]
    [InlineData("worker")]
    [InlineData("submit")]
    [InlineData("probe")]
    [InlineData("check")]
    [InlineData("target")]
    public async Task Every_verb_shows_its_help_with_examples_though_nothing_that_it_requires_is_named(string verb)
    {
        var help = await LoadGenProgram.RunAsync([verb, "--help"], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (help.ExitCode, help.StandardError));
        Assert.Contains($"\n  loadgen {verb}", help.StandardOutput[help.StandardOutput.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }
}
