using System.Text.Json.Nodes;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary>What the command line makes of what people type.</summary>
public sealed class CommandLineTests
{
    private const string Plan = """
        targets: [ { name: t, address: "127.0.0.1:1" } ]
        load: [ hold: { rate: 10/s, for: 2s } ]
        """;

    [Theory]
    [InlineData("run")]
    [InlineData("coordinator")]
    [InlineData("worker")]
    [InlineData("submit")]
    [InlineData("probe")]
    [InlineData("check")]
    [InlineData("target")]
    [InlineData("completion")]
    public async Task Every_verb_shows_its_help_with_examples_though_nothing_that_it_requires_is_named(string verb)
    {
        var help = await RunAsync([verb, "--help"]);

        Assert.Equal((0, ""), (help.ExitCode, help.StandardError));
        Assert.Contains($"\n  loadgen {verb}", help.StandardOutput[help.StandardOutput.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alone_it_shows_its_verbs()
    {
        var help = await RunAsync([]);

        Assert.Equal((0, ""), (help.ExitCode, help.StandardError));
        Assert.Contains("Verbs:", help.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_of_a_run_has_its_flags_in_groups_with_short_names_and_defaults()
    {
        var help = (await RunAsync(["run", "--help"])).StandardOutput;

        Assert.Equal(
            ["What to load:", "How much load:", "What each handshake is:", "Limits and thresholds:", "Output:"],
            help.Split('\n').Where(line => line is "What to load:" or "How much load:" or "What each handshake is:" or "Limits and thresholds:" or "Output:"));
        var unwrapped = string.Join(' ', help.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(@"-r, --rate N .*\[default: 100/s", unwrapped);
        Assert.Contains("[default: auto]", unwrapped, StringComparison.Ordinal);
        Assert.All(help.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public async Task The_version_names_the_engines_and_their_libraries()
    {
        var version = await RunAsync(["--version"]);

        Assert.Equal(0, version.ExitCode);
        Assert.Matches(@"^loadgen \d+\.\d+\.\d+", version.StandardOutput);
        Assert.Matches(@"engine +bouncycastle: .*BouncyCastle \d", version.StandardOutput);
        Assert.Matches(@"engine +sslstream: \w", version.StandardOutput);
    }

    [Theory]
    [InlineData("no flag of run is called --rte; did you mean --rate?", "run", "--rte", "300")]
    [InlineData("no flag of run is called --rte; did you mean --rate?", "run", "--rte=300")]
    [InlineData("no flag of run is called --no-color; did you mean NO_COLOR=1 in the environment?", "run", "--no-color")]
    [InlineData("no flag of run is called --connections; did you mean --concurrency?", "run", "--connections", "5")]
    [InlineData("no flag of check is called -x", "check", "plan.yaml", "-x")]
    [InlineData("no flag of worker is called --sed; did you mean --seed?", "worker", "--sed", "127.0.0.1:4053")]
    [InlineData("no flag of loadgen is called --verbose", "--verbose")]
    [InlineData("no verb is called rn; did you mean run?", "rn")]
    public async Task What_is_mistyped_is_never_taken_for_a_plan_and_gets_a_suggestion(string message, params string[] arguments)
    {
        var run = await RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"loadgen: {message}", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("does not exist", run.StandardError, StringComparison.Ordinal);
        Assert.Contains("--help'", run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_read_from_standard_input()
    {
        var check = await RunWithInputAsync(Plan, "check", "-");

        Assert.Equal((0, "-: ok, 20 arrivals in 2 s", ""), (check.ExitCode, check.StandardOutput.Split('\n')[0], check.StandardError));
    }

    [Fact]
    public async Task Problems_of_a_plan_on_standard_input_have_their_lines()
    {
        var check = await RunWithInputAsync(Plan + "\nsede: 7", "check", "-");

        Assert.Equal(2, check.ExitCode);
        Assert.StartsWith("plan:3:1: the plan has no key \"sede\"; did you mean seed?", check.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_short_flags_say_what_the_long_ones_do()
    {
        var run = await RunAsync(["run", "-k", "-c", "2", "-n", "5", "-d", "5s", "-q", "--json", "-"]);

        var result = Runs.Parse(run.StandardOutput, run.StandardError);
        Runs.AssertPasses(run.ExitCode, result);
        Assert.Equal(5, result.Books.Completed);
    }

    [Fact]
    public async Task A_variable_of_the_environment_is_a_flag_that_the_command_line_may_override()
    {
        var ofEnvironment = await RunAsync(["run", "-q", "--json", "-"], environment: new() { ["LOADGEN_COUNT"] = "4", ["LOADGEN_CONCURRENCY"] = "1", ["LOADGEN_TLS"] = "1.2" });
        var overridden = await RunAsync(["run", "-q", "--json", "-", "-n", "3"], environment: new() { ["LOADGEN_COUNT"] = "4", ["LOADGEN_CONCURRENCY"] = "1" });

        Assert.Equal(("1.2", 4), ((string?)JsonNode.Parse(ofEnvironment.StandardOutput)!["negotiated"]![0]!["tlsVersion"], (long)JsonNode.Parse(ofEnvironment.StandardOutput)!["books"]!["completed"]!));
        Assert.Equal(3, (long)JsonNode.Parse(overridden.StandardOutput)!["books"]!["completed"]!);
    }

    [Theory]
    [InlineData("LOADGEN_RATE", "fast", "--rate: \"fast\" is not a rate")]
    [InlineData("LOADGEN_INSECURE", "perhaps", "LOADGEN_INSECURE: 'perhaps' is neither true nor false")]
    public async Task A_variable_that_cannot_be_used_is_named(string variable, string value, string message)
    {
        var run = await RunAsync(["run"], environment: new() { [variable] = value });

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.StandardError, StringComparison.Ordinal);
        Assert.Contains($"set in the environment: {variable}", run.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loadgen run --th", "--threshold")]
    [InlineData("loadgen run --close n", "notify")]
    [InlineData("loadgen pro", "probe")]
    public async Task The_shell_is_told_what_may_follow(string line, string expected)
    {
        var suggestions = await RunAsync([$"[suggest:{line.Length}]", line]);

        Assert.Contains(expected, suggestions.StandardOutput.Split('\n'));
    }

    [Fact]
    public async Task Bash_completes_a_flag_with_the_script()
    {
        var script = await RunAsync(["completion", "bash"]);
        var folder = Path.GetDirectoryName(LoadGenProgram.Path)!;

        await using var bash = ChildProcess.Start(
            "bash",
            ["-c", $"PATH={folder}:$PATH; {script.StandardOutput}\nCOMP_LINE='loadgen run --th' COMP_POINT=16 COMP_WORDS=(loadgen run --th) COMP_CWORD=2; _loadgen; echo \"${{COMPREPLY[@]}}\""]);
        await bash.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(["--threshold"], bash.StandardOutput);
    }

    [Fact]
    public async Task The_schema_is_JSON_and_has_the_keys_of_the_reference()
    {
        var schema = JsonNode.Parse((await RunAsync(["check", "--schema"])).StandardOutput)!;

        Assert.NotNull(schema["properties"]!["profiles"]!["items"]!["properties"]!["resume"]);
        Assert.Contains("| `resume` | `--resume` |", (await RunAsync(["check", "--keys"])).StandardOutput, StringComparison.Ordinal);
    }

    private static Task<ProgramResult> RunAsync(string[] arguments, Dictionary<string, string?>? environment = null)
        => LoadGenProgram.RunAsync(arguments, environment: environment, cancellation: TestContext.Current.CancellationToken);

    private static async Task<ProgramResult> RunWithInputAsync(string input, params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, input, TestContext.Current.CancellationToken);
            await using var process = LoadGenProgram.StartRedirected($"< '{file}'", arguments);
            var exitCode = await process.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
            return new ProgramResult(exitCode, string.Join('\n', process.StandardOutput), string.Join('\n', process.StandardError));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
