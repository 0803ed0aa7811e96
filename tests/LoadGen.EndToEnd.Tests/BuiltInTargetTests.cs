namespace LoadGen.EndToEnd.Tests;

public sealed class BuiltInTargetTests
{
    [Theory]
    [InlineData("--rate", "100")]
    [InlineData("--concurrency", "8")]
    public async Task The_targets_own_count_equals_what_completed(string load, string amount)
    {
        var (program, result) = await Runs.ExecuteAsync("--duration", "4s", load, amount);

        Runs.AssertPasses(program.ExitCode, result);
        Assert.True(result.Books.Completed > 0);
        Assert.Equal(result.Books.Completed, result.BuiltInTarget!.Full);
        Assert.Equal(0, result.BuiltInTarget.Resumed);
    }

    [Fact]
    public async Task The_target_resumes_what_the_run_asks_it_to()
    {
        var (program, result) = await Runs.ExecuteAsync("--duration", "4s", "--rate", "100", "--tls", "1.2", "--resume", "50%");

        Runs.AssertPasses(program.ExitCode, result);
        var resumed = result.Negotiated.Where(each => each.Resumed).Sum(each => each.Count);
        Assert.Equal(resumed, result.BuiltInTarget!.Resumed);
        Assert.Equal(result.Books.Completed - resumed + result.Resumption!.Primed, result.BuiltInTarget.Full);
        // Half of them offer a session, and there is one from the beginning.
        Assert.Equal((200, 1, 0), (resumed, result.Resumption.Primed, result.Resumption.Refused));
        Assert.Equal(50, Assert.Single(result.Profiles).ResumePercent);
        Assert.Contains($"{resumed} of 400 handshakes resumed a session", program.StandardError);
    }

    [Fact]
    public async Task A_ramp_and_a_hold_schedule_what_the_curve_says_second_by_second()
    {
        var plan = Path.Combine(Directory.CreateTempSubdirectory("loadgen-").FullName, "plan.yaml");
        await File.WriteAllTextAsync(
            plan,
            """
            name: gateway-before-renewal
            load:
              - ramp: { from: 0/s, to: 400/s, over: 10s }
              - hold: { rate: 400/s, for: 5s }
            limits: { connections: 5000, connectTimeout: 5s, handshakeTimeout: 10s }
            thresholds: [ "failures < 100%" ]
            seed: 42
            """,
            TestContext.Current.CancellationToken);
        await using var target = await BuiltInTargetProcess.StartAsync();

        var (_, result) = await Runs.ExecuteAsync(plan, "--target", target.Address, "--cacert", target.AuthorityPath);

        Assert.Equal(4000, result.Books.Scheduled);
        for (var second = 0; second < 10; second++)
        {
            // The area of second s under the ramp is 20 (2s + 1); one arrival at its edge may fall on either side.
            Assert.InRange(result.Intervals[second].Scheduled, (20 * ((2 * second) + 1)) - 1, (20 * ((2 * second) + 1)) + 1);
        }

        Assert.All(result.Intervals.Skip(10).Take(5), interval => Assert.InRange(interval.Scheduled, 399, 401));
    }
}
