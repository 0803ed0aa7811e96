using System.Text;
using LoadGen.Core.Runs;
using LoadGen.Metrics;
using LoadGen.Running;

namespace LoadGen.Tests.Running;

/// <summary>What the process exits with, and what it says where there is no result.</summary>
public sealed class RunOutcomeTests
{
    [Theory]
    [InlineData("pass", ExitCode.Pass, 100, 0, 0)]
    [InlineData("fail", ExitCode.ThresholdsFailed, 0, 0, 0)]
    [InlineData("inconclusive", ExitCode.Inconclusive, 98, 2, 0)]
    [InlineData("inconclusive", ExitCode.Inconclusive, 100, 0, 80)]
    [InlineData("aborted", ExitCode.Aborted, 100, 0, 0, "interrupted")]
    public void A_verdict_means_an_exit_code(string verdict, int code, int completed, int lost, double lagMs, string? abort = null)
    {
        var finished = FinishedRun.Of(Records.Of(completed, lost, lagMs, abort), new NodeMetrics());

        Assert.Equal((verdict, code), (finished.Result.Run.Verdict, finished.ExitCode));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(80, true)]
    public async Task Metrics_tell_where_the_generator_was_the_limit_without_its_figure(double lagMs, bool told)
    {
        var metrics = new NodeMetrics();

        FinishedRun.Of(Records.Of(lagMs: lagMs), metrics);

        using var text = new MemoryStream();
        await metrics.WriteAsync(text, TestContext.Current.CancellationToken);
        Assert.Equal(told, Encoding.UTF8.GetString(text.ToArray()).Contains("loadgen_generator_limited{reason=\"schedule_lag\"} 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cluster_that_did_not_form_has_an_exit_code_of_its_own()
        => AssertTells(ExitCode.NotFormed, "the cluster did not form: 1 of 2 workers joined in time", new RunEnding.NotFormed("1 of 2 workers joined in time"));

    [Fact]
    public void Targets_that_policy_forbids_are_told_one_by_one()
    {
        var unfinished = UnfinishedRun.Of(new RunEnding.TargetsRefused(["one is public", "two is public"]));

        Assert.Equal(ExitCode.TargetRefused, unfinished.ExitCode);
        Assert.Equal(["one is public", "two is public"], unfinished.Sentences);
    }

    [Fact]
    public void What_a_worker_could_not_do_is_a_fault()
        => AssertTells(ExitCode.Fault, "a: no such file", new RunEnding.Impossible("a: no such file"));

    [Fact]
    public void A_run_that_finished_without_a_record_is_a_fault()
        => AssertTells(ExitCode.Fault, "the run ended without a record", new RunEnding.Finished([], TimeSpan.Zero, null));

    [Fact]
    public void Names_of_runs_sort_by_the_minute_and_differ()
    {
        var (one, other) = (RunIds.New(), RunIds.New());

        Assert.Matches("^[0-9]{8}-[0-9]{4}-[0-9a-f]{8}$", one);
        Assert.NotEqual(one, other);
    }

    private static void AssertTells(int code, string sentence, RunEnding ending)
    {
        var unfinished = UnfinishedRun.Of(ending);

        Assert.Equal((code, sentence), (unfinished.ExitCode, Assert.Single(unfinished.Sentences)));
    }
}
