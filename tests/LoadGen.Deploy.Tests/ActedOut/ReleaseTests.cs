using System.Text;
using System.Text.Json;
using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>The rendered Jobs, acted out: pods that find each other by name, and exit codes as their controllers see them.</summary>
[Collection(nameof(ActedRelease))]
public sealed class ReleaseTests
{
    private const int ArrivalsASecond = 60;
    private const string FourSeconds = "[ { hold: { rate: 60/s, for: 4s } } ]";
    private const string TwentySeconds = "[ { hold: { rate: 60/s, for: 20s } } ]";

    [Fact]
    public async Task A_run_passes_and_every_Job_completes_whoever_starts_first()
    {
        await using var release = await ActedRelease.InstallAsync(ActedRelease.Values(FourSeconds));

        // The coordinator's name does not exist yet.
        release.StartWorkers();
        await (await release.Workers.PodAsync(0)).WaitForAsync("metrics on");
        await (await release.Workers.PodAsync(1)).WaitForAsync("metrics on");
        release.StartCoordinator();

        await release.EndsWithAsync(0);
        await release.Workers.EndsWithAsync(JobEnd.Completed);
        Assert.Equal([0], release.Workers.ExitCodesOf(0));
        Assert.Equal([0], release.Workers.ExitCodesOf(1));
        var termination = await TerminationOf(release.Coordinator);
        Assert.Equal(release.Result.GetProperty("run").GetProperty("verdict").GetString(), termination.GetProperty("verdict").GetString());
        Assert.Equal(release.Result.GetProperty("run").GetProperty("id").GetString(), termination.GetProperty("id").GetString());
        Assert.Equal(4 * ArrivalsASecond, Books(termination, "completed"));
        Assert.Equal(4 * ArrivalsASecond, await release.StopTargetAsync());
    }

    [Fact]
    public async Task Helm_test_takes_the_plan_and_finds_what_is_wrong_with_one()
    {
        await using var good = await ActedRelease.InstallAsync(ActedRelease.Values(FourSeconds));
        await using var bad = await ActedRelease.InstallAsync(ActedRelease.Values("[ { hold: { rate: 60/s, fro: 4s } } ]"));

        Assert.Equal(0, await good.TestAsync());
        Assert.Equal(2, await bad.TestAsync());
    }

    [Fact]
    public async Task A_worker_that_finds_no_node_is_waited_for_and_then_said_to_be_missing()
    {
        await using var release = await ActedRelease.InstallAsync(ActedRelease.Values(FourSeconds, "startDeadline: 8s"));

        release.StartCoordinator();
        release.StartWorkers(scheduled: 1);

        await release.EndsWithAsync(13);
        Assert.Contains("1 of 2", Reasons(await TerminationOf(release.Coordinator)), StringComparison.Ordinal);
        await release.Workers.EndsWithAsync(new JobEnd(false, "FailedIndexes"));
        Assert.Equal([13], release.Workers.ExitCodesOf(0));
        Assert.Equal(0, await release.StopTargetAsync());
    }

    [Fact]
    public async Task A_threshold_that_fails_fails_the_coordinators_Job_alone()
    {
        await using var release = await ActedRelease.InstallAsync(ActedRelease.Values(FourSeconds, thresholds: "[ \"p50 < 1us\" ]"));

        release.StartCoordinator();
        release.StartWorkers();

        await release.EndsWithAsync(10);
        var termination = await TerminationOf(release.Coordinator);
        Assert.False(termination.GetProperty("thresholds")[0].GetProperty("pass").GetBoolean());
        await release.Workers.EndsWithAsync(JobEnd.Completed);
        Assert.Equal(4 * ArrivalsASecond, await release.StopTargetAsync());
    }

    [Fact]
    public async Task A_worker_that_is_killed_comes_again_and_joins_under_way()
    {
        await using var release = await ActedRelease.InstallAsync(ActedRelease.Values(TwentySeconds));
        release.StartCoordinator();
        release.StartWorkers();
        var coordinator = await release.Coordinator.PodAsync(0);
        await coordinator.WaitForAsync("    2 s ");

        await (await release.Workers.PodAsync(1)).SendAsync(Signal.Kill);
        await coordinator.WaitForAsync("assigned arrivals counted as lost", "workers 2");

        // Above one arrival lost in a hundred, the run says nothing about the server.
        await release.EndsWithAsync(0, 12);
        await release.Workers.EndsWithAsync(JobEnd.Completed);
        Assert.Equal([0], release.Workers.ExitCodesOf(0));
        Assert.Equal([137, 0], release.Workers.ExitCodesOf(1));
        var termination = await TerminationOf(release.Coordinator);
        Assert.Equal(3, termination.GetProperty("workers").GetInt32());
        Assert.Equal(20 * ArrivalsASecond, Books(termination, "scheduled"));
        Assert.Equal(20 * ArrivalsASecond, Books(termination, "completed") + Books(termination, "failed") + Books(termination, "dropped") + Books(termination, "lost"));
        Assert.InRange(await release.StopTargetAsync(), Books(termination, "completed"), Books(termination, "completed") + Books(termination, "lost"));
    }

    [Fact]
    public async Task Told_to_end_all_pods_leave_in_order_and_say_that_the_run_was_aborted()
    {
        await using var release = await ActedRelease.InstallAsync(ActedRelease.Values(TwentySeconds));
        release.StartCoordinator();
        release.StartWorkers();
        await (await release.Coordinator.PodAsync(0)).WaitForAsync("    2 s ");

        await release.Coordinator.SendAsync(Signal.Terminate);
        await release.Workers.SendAsync(Signal.Terminate);

        await release.Coordinator.EndsWithAsync(new JobEnd(false, "BackoffLimitExceeded"));
        await release.Workers.EndsWithAsync(new JobEnd(false, "FailedIndexes"));
        Assert.Equal([11], release.Coordinator.ExitCodesOf(0));
        Assert.Equal([11], release.Workers.ExitCodesOf(0));
        Assert.Equal([11], release.Workers.ExitCodesOf(1));
        var termination = await TerminationOf(release.Coordinator);
        Assert.Equal("aborted", termination.GetProperty("verdict").GetString());
        Assert.Equal(await release.StopTargetAsync(), Books(termination, "completed"));
    }

    [Fact]
    public async Task A_plan_that_cannot_be_fails_the_Job_at_once_and_the_pod_says_why()
    {
        await using var release = await ActedRelease.InstallAsync(ActedRelease.Values("[ { hold: { rate: 60/s, fro: 4s } } ]"));

        release.StartCoordinator();

        await release.Coordinator.EndsWithAsync(new JobEnd(false, "PodFailurePolicy"));
        Assert.Equal([2], release.Coordinator.ExitCodesOf(0));
        Assert.Contains("hold has no key \"fro\"", (await release.Coordinator.PodAsync(0)).TerminationMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_with_client_keys_fails_the_Job_at_once_where_pods_prove_nothing()
    {
        await using var release = await ActedRelease.InstallAsync(ActedRelease.Values(
            FourSeconds,
            "coordinator: { extraArgs: [--cert=/etc/loadgen/files/client/tls.crt, --key=/etc/loadgen/files/client/tls.key] }",
            controlPlane: "insecure: true"));

        release.StartCoordinator();

        await release.Coordinator.EndsWithAsync(new JobEnd(false, "PodFailurePolicy"));
        Assert.Equal([2], release.Coordinator.ExitCodesOf(0));
        Assert.Contains("has a private or pre-shared key", (await release.Coordinator.PodAsync(0)).TerminationMessage, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> TerminationOf(ActedJob job)
    {
        var pod = await job.PodAsync(0);
        Assert.InRange(Encoding.UTF8.GetByteCount(pod.TerminationMessage), 1, 4095);
        return JsonDocument.Parse(pod.TerminationMessage).RootElement;
    }

    private static string Reasons(JsonElement termination) => string.Join('\n', termination.GetProperty("reasons").EnumerateArray());

    private static long Books(JsonElement termination, string what) => termination.GetProperty("books").GetProperty(what).GetInt64();
}

/// <summary>One release at a time: each has the machine for itself.</summary>
[CollectionDefinition(nameof(ActedRelease), DisableParallelization = true)]
public sealed class OneReleaseAtATime;
