using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>
/// A worker dies or is silent for too long. From a boundary on, its share is given to the others; what it had been given before
/// the boundary and never reported is lost, until it tells after all.
/// </summary>
public sealed class RunStateLostWorkerTests
{
    [Fact]
    public void The_others_are_asked_for_a_boundary_as_soon_as_a_worker_is_gone()
    {
        var run = RunStory.Of("a", "b").At(2).Dies("b");

        Assert.Equal([new RunEffect.Assign("a")], run.Effects);
        Assert.Equal((260, "a"), (run.State.Pending!.From, Assert.Single(run.State.Pending.Awaited)));
        Assert.Equal(TimeSpan.FromSeconds(2), run.State.Workers["b"].LostAt);
    }

    [Fact]
    public void From_the_boundary_on_the_others_have_its_share()
    {
        var run = RunStory.Of("a", "b", "c").At(2).Dies("b").Promises("a").Promises("c");

        // 87, 87 and 86 of the first 260, then half of 740.
        Assert.Equal((260, "a c"), run.Division);
        Assert.Equal((87 + 370, 87, 86 + 370), (run.GivenTo("a"), run.GivenTo("b"), run.GivenTo("c")));
    }

    [Fact]
    public void What_it_was_given_before_the_boundary_and_never_reported_is_lost()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("a", 100).Reports("b", 100).Dies("b");

        Assert.Equal(0, run.BooksOf("b").Lost);
        run.Promises("a");

        Assert.Equal([new RunEffect.Assign("a"), new RunEffect.CountLost("b", 30)], run.Effects);
        Assert.Equal(new Books(Scheduled: 130, Completed: 100, Failed: 0, Dropped: 0, Lost: 30), run.BooksOf("b"));
    }

    [Fact]
    public void The_run_goes_on_to_its_end_without_it_and_the_books_tell_of_every_arrival()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("b", 100).Dies("b").Promises("a").At(10.1).Finishes("a", 870);

        Assert.Equal(new Books(1000, 970, 0, 0, 30), run.State.Books);
        Assert.Null(run.Ending.AbortReason);
        Assert.Equal([null, TimeSpan.FromSeconds(2)], run.Ending.Workers.Select(worker => worker.LostAt));
    }

    [Fact]
    public void Workers_that_die_together_are_replaced_together()
    {
        var run = RunStory.Of("a", "b", "c").At(2).Dies("b").Dies("c").Promises("a");

        Assert.Equal((260, "a"), run.Division);
        Assert.Equal((87, 86), (run.BooksOf("b").Lost, run.BooksOf("c").Lost));
    }

    [Fact]
    public void Too_near_to_the_end_for_a_boundary_all_that_it_had_left_is_lost()
    {
        var run = RunStory.Of("a", "b").At(9.5).Reports("b", 460).Dies("b").At(10.1).Finishes("a", 500);

        Assert.Contains(new RunEffect.CountLost("b", 40), run.Effects);
        Assert.Equal(new Books(1000, 960, 0, 0, 40), run.State.Books);
    }

    [Fact]
    public void A_worker_that_is_silent_for_longer_than_its_lease_is_lost()
    {
        var run = RunStory.Of("a", "b").WithLease(3).At(1).IsHeard("b").At(3).IsHeard("a");

        Assert.Equal(WorkerStage.Running, run.At(4).TimePasses().State.Workers["b"].Stage);
        Assert.Equal(WorkerStage.Lost, run.At(4.01).TimePasses().State.Workers["b"].Stage);
        Assert.Equal(WorkerStage.Running, run.State.Workers["a"].Stage);
    }

    [Fact]
    public void A_worker_that_is_heard_of_in_time_was_only_late()
    {
        var run = RunStory.Of("a", "b").WithLease(3).At(2.5).IsHeard("a").IsHeard("b").At(5.5).TimePasses();

        Assert.All(run.State.Workers.Values, worker => Assert.Equal(WorkerStage.Running, worker.Stage));
        Assert.Null(run.State.Pending);
    }

    [Fact]
    public void A_worker_that_is_found_again_is_told_to_stop_because_others_have_its_share()
    {
        var run = RunStory.Of("a", "b").At(2).Dies("b").Promises("a").At(5).IsHeard("b");

        Assert.Equal([new RunEffect.Stop("b")], run.Effects);
        Assert.Equal((260, "a"), run.Division);
    }

    [Fact]
    public void Its_late_report_is_counted_and_no_longer_lost()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("b", 100).Dies("b").Promises("a").At(5).Reports("b", 20);

        Assert.Equal([new RunEffect.Acknowledge("b", 2), new RunEffect.CountLost("b", -20)], run.Effects);
        Assert.Equal(new Books(130, 120, 0, 0, 10), run.BooksOf("b"));
    }

    [Fact]
    public void A_late_report_that_comes_twice_is_found_once()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("b", 100).Dies("b").Promises("a").At(5).Reports("b", 20).Reports("b", 2, 20, 0);

        Assert.Equal([new RunEffect.Acknowledge("b", 2)], run.Effects);
        Assert.Equal(new Books(130, 120, 0, 0, 10), run.BooksOf("b"));
    }

    [Fact]
    public void A_late_report_that_comes_before_the_boundary_is_decided_was_never_lost()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("b", 100).Dies("b").Reports("b", 20);

        Assert.Equal([new RunEffect.Acknowledge("b", 2)], run.Effects);
        Assert.Equal(new RunEffect.CountLost("b", 10), run.Promises("a").Effects.Last());
    }

    [Fact]
    public void No_more_is_found_than_was_lost()
        => Assert.Equal(0, RunStory.Of("a", "b").At(2).Reports("b", 100).Dies("b").Promises("a").At(5).Reports("b", 31).BooksOf("b").Lost);

    [Fact]
    public void With_its_last_report_it_is_dismissed()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("b", 100).Dies("b").Promises("a").At(5).Finishes("b", 30);

        Assert.Equal(WorkerRun.ExitAborted, Assert.Single(run.Effects.OfType<RunEffect.Release>()).ExitCode);
        Assert.Equal(new Books(130, 130, 0, 0, 0), run.BooksOf("b"));
        Assert.Equal(WorkerStage.Lost, run.State.Workers["b"].Stage);
    }

    [Fact]
    public void When_every_worker_is_lost_the_run_is_aborted_and_all_that_was_left_is_lost()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("a", 100).Reports("b", 90).Dies("a").At(3).Dies("b");

        Assert.Equal("all workers were lost", run.Ending.AbortReason);
        Assert.Equal(new Books(1000, 190, 0, 0, 810), run.State.Books);
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)], run.Ending.Workers.Select(worker => worker.LostAt));
    }

    [Fact]
    public void A_worker_that_is_ready_takes_over_when_every_other_is_lost()
    {
        var run = RunStory.Of("a").At(2).Joins("b").At(2.1).Dies("a");

        Assert.Equal((260, "b"), run.Division);
        Assert.Equal(new Books(1000, 740, 0, 0, 260), run.At(10.1).Finishes("b", 740).State.Books);
    }

    [Fact]
    public void What_is_told_after_the_end_comes_too_late_and_is_not_acknowledged()
    {
        var run = RunStory.Of("a", "b").At(2).Dies("b").Promises("a").At(10.1).Finishes("a", 870).Reports("b", 20);

        Assert.Empty(run.Effects);
        Assert.Equal(new Books(1000, 870, 0, 0, 130), run.State.Books);
    }

    [Fact]
    public void Of_a_run_that_was_stopped_only_what_had_come_due_can_be_lost()
    {
        var run = RunStory.Of("a", "b").At(5).Reports("b", 240).IsStopped("interrupted").Dies("b").Finishes("a", 250);

        Assert.Equal(new Books(500, 490, 0, 0, 10), run.State.Books);
        Assert.Equal("interrupted", run.Ending.AbortReason);
    }

    [Fact]
    public void Of_a_closed_load_what_was_under_way_at_the_last_report_is_lost()
    {
        var run = RunStory.Of(new Load.Closed(10, TimeSpan.FromSeconds(30), Count: null), "a", "b").At(2).Reports("b", 70, inFlight: 5).Dies("b");

        Assert.Equal(new Books(75, 70, 0, 0, 5), run.BooksOf("b"));
        Assert.Equal("a", run.Division.Members);
    }

    [Fact]
    public void Of_a_closed_load_with_a_count_all_that_it_had_left_is_lost()
    {
        var run = RunStory.Of(new Load.Closed(10, null, Count: 1000), "a", "b").At(2).Reports("b", 70, inFlight: 5).Dies("b");

        Assert.Equal(new Books(500, 70, 0, 0, 430), run.BooksOf("b"));
    }
}
