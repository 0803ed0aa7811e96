using LoadGen.Core.Runs;
using LoadGen.Metrics;
using LoadGen.Running;

namespace LoadGen.Tests.Running;

public sealed class SubmittedRunTests
{
    private readonly List<string> _stops = [];
    private readonly SubmittedRun _run = new("run-1", Records.PlanOf(), new NodeMetrics(), new ChangeSignal());
    private int _begins;

    [Fact]
    public void It_begins_when_its_turn_has_come()
    {
        Assert.True(_run.TryBegin(Begin, _stops.Add));

        Assert.Equal(1, _begins);
        Assert.False(_run.Over.IsCompleted);
        Assert.Empty(_stops);
    }

    [Fact]
    public async Task A_stop_that_comes_while_it_begins_reaches_a_coordinator_that_has_it()
    {
        var order = new List<string>();
        var stopping = Task.CompletedTask;

        _run.TryBegin(
            () =>
            {
                stopping = Task.Run(() => _run.Feed.Stop("interrupted"), TestContext.Current.CancellationToken);
                order.Add("begin");
            },
            order.Add);
        await stopping;

        Assert.Equal(["begin", "interrupted"], order);
    }

    [Fact]
    public void Stopped_while_it_waits_it_is_over_at_once_and_never_begins()
    {
        _run.Feed.Stop("stopped by request");

        Assert.True(_run.Over.IsCompletedSuccessfully);
        Assert.False(_run.TryBegin(Begin, _stops.Add));
        Assert.Equal(["stopped by request before it started"], _run.Feed.Unfinished!.Sentences);
        Assert.Equal(ExitCode.Aborted, _run.Feed.Unfinished.ExitCode);
        Assert.Equal(0, _begins);
        Assert.Empty(_stops);
    }

    [Fact]
    public void Stopped_while_it_is_under_way_its_coordinator_is_told()
    {
        _run.TryBegin(Begin, _stops.Add);

        _run.Feed.Stop("interrupted");

        Assert.Equal(["interrupted"], _stops);
        Assert.False(_run.Over.IsCompleted);
    }

    [Fact]
    public void Once_it_is_over_nobody_stops_the_run_after_it_by_its_name()
    {
        _run.TryBegin(Begin, _stops.Add);
        _run.Ended(new RunEnding.NotFormed("0 of 1 workers joined in time"), null);
        _run.WorkersLeft();

        _run.Feed.Stop("too late");

        Assert.Empty(_stops);
    }

    [Fact]
    public void It_is_over_only_when_the_workers_are_free_for_the_next()
    {
        _run.TryBegin(Begin, _stops.Add);

        _run.Ended(new RunEnding.Finished([], TimeSpan.Zero, null), Records.Of());
        Assert.False(_run.Over.IsCompleted);
        _run.WorkersLeft();

        Assert.True(_run.Over.IsCompletedSuccessfully);
    }

    [Fact]
    public void Of_a_run_with_a_record_the_result_is_kept()
    {
        _run.Ended(new RunEnding.Finished([], TimeSpan.Zero, null), Records.Of(completed: 100));
        _run.WorkersLeft();

        Assert.Equal((ExitCode.Pass, 100), (_run.Feed.Finished!.ExitCode, _run.Feed.Finished.Result.Books.Completed));
        Assert.Null(_run.Feed.Unfinished);
    }

    [Fact]
    public void Of_a_run_without_a_record_the_reason_is_kept()
    {
        _run.Ended(new RunEnding.NotFormed("0 of 1 workers joined in time"), null);
        _run.WorkersLeft();

        Assert.Equal(["the cluster did not form: 0 of 1 workers joined in time"], _run.Feed.Unfinished!.Sentences);
        Assert.Null(_run.Feed.Finished);
    }

    [Fact]
    public void A_coordinator_that_fails_ends_the_run_with_a_sentence()
    {
        _run.TryBegin(Begin, _stops.Add);

        _run.WorkersLeft();

        Assert.True(_run.Over.IsCompletedSuccessfully);
        Assert.Equal(ExitCode.Fault, _run.Feed.Unfinished!.ExitCode);
        Assert.Single(_run.Feed.Unfinished.Sentences);
    }

    [Fact]
    public void A_record_that_no_result_can_be_made_of_ends_the_run_with_a_sentence()
    {
        _run.TryBegin(Begin, _stops.Add);

        _run.Ended(new RunEnding.Finished([], TimeSpan.Zero, null), Records.Of() with { Tally = new Core.Tallies.Tally(0, 0) });
        _run.WorkersLeft();

        Assert.True(_run.Over.IsCompletedSuccessfully);
        Assert.StartsWith("internal error: ", Assert.Single(_run.Feed.Unfinished!.Sentences), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_known_of_it_while_it_runs_is_its_latest_progress()
    {
        Assert.Null(_run.Feed.Progress);

        _run.Progressed(new RunProgress { RunId = "run-1", Stage = RunStage.Preparing });
        _run.Progressed(new RunProgress { RunId = "run-1", Stage = RunStage.Running });

        Assert.Equal(RunStage.Running, _run.Feed.Progress!.Stage);
    }

    private void Begin() => _begins++;
}
