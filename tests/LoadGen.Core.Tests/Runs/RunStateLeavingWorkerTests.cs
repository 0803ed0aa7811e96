using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>A worker is told to go while the load runs. It hands its share over at a boundary, reports to the end, and nothing is lost.</summary>
public sealed class RunStateLeavingWorkerTests
{
    [Fact]
    public void A_worker_that_leaves_promises_like_the_others_to_begin_nothing_from_the_boundary_on()
    {
        var run = RunStory.Of("a", "b").At(2).Leaves("b");

        Assert.Equal([new RunEffect.Assign("a"), new RunEffect.Assign("b")], run.Effects);
        Assert.Equal((260, "a b"), (run.State.Pending!.From, string.Join(' ', run.State.Pending.Awaited.Order())));
    }

    [Fact]
    public void From_the_boundary_on_the_others_have_its_share_and_up_to_there_it_keeps_it()
    {
        var run = RunStory.Of("a", "b").At(2).Leaves("b").Promises("a").Promises("b");

        Assert.Equal((260, "a"), run.Division);
        Assert.Equal((130 + 740, 130), (run.GivenTo("a"), run.GivenTo("b")));
        Assert.Equal(WorkerStage.Running, run.State.Workers["b"].Stage);
    }

    [Fact]
    public void With_its_last_report_it_is_done_and_nothing_is_lost()
    {
        var run = RunStory.Of("a", "b").At(2).Leaves("b").Promises("a").Promises("b").At(2.7).Finishes("b", 130);

        Assert.Equal((WorkerStage.Finished, new Books(130, 130, 0, 0, 0)), (run.State.Workers["b"].Stage, run.BooksOf("b")));
        Assert.Null(run.State.Pending);

        run.At(10.1).Finishes("a", 870);

        Assert.Equal((new Books(1000, 1000, 0, 0, 0), null), (run.State.Books, run.Ending.AbortReason));
        Assert.All(run.Ending.Workers, worker => Assert.Null(worker.LostAt));
    }

    [Fact]
    public void One_that_stopped_before_the_others_promised_leaves_lost_arrivals_behind_up_to_the_boundary()
    {
        // Nobody answers in time, so the change is called off; b waits no longer than 0.9 s to hand its share over.
        var run = RunStory.Of("a", "b").At(2).Leaves("b").Promises("b").At(2.41).TimePasses().At(2.95).Finishes("b", 145);

        Assert.Equal(0, run.BooksOf("b").Lost);
        Assert.Equal((401, "a"), run.At(3.41).TimePasses().Promises("a").Division);
        Assert.Equal(new Books(200, 145, 0, 0, 55), run.BooksOf("b"));
    }

    [Fact]
    public void One_that_has_done_all_up_to_a_boundary_that_is_then_called_off_is_not_taken_for_finished()
    {
        // One arrival a second: b did number 1 and stopped before number 3 was due.
        var run = RunStory.Of(new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(10)))), "a", "b");
        run.At(2).Leaves("b").Promises("b").At(2.3).Finishes("b", 1).At(2.41).TimePasses();

        run.At(3.41).TimePasses().Promises("a").At(10.1).Finishes("a", 8);

        Assert.Equal(new Books(10, 9, 0, 0, 1), run.State.Books);
    }

    [Fact]
    public void One_that_is_lost_before_its_last_report_is_lost_like_any_other()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("b", 100).Leaves("b").Promises("a").Promises("b").At(2.5).Dies("b");

        Assert.Equal((WorkerStage.Lost, 0), (run.State.Workers["b"].Stage, run.BooksOf("b").Lost));
        Assert.Equal(new Books(1000, 970, 0, 0, 30), run.At(10.1).Finishes("a", 870).State.Books);
    }

    [Fact]
    public void Leaving_twice_changes_nothing()
    {
        var once = RunStory.Of("a", "b").At(2).Leaves("b");
        var assignment = once.State.Assignment;

        Assert.Empty(once.Leaves("b").Effects);
        Assert.Same(assignment, once.State.Assignment);
    }

    [Fact]
    public void One_that_has_no_share_yet_is_forgotten()
    {
        var run = RunStory.Of("a").At(2).Registers("b").Leaves("b");

        Assert.Equal(["a"], run.State.Workers.Keys);
        Assert.Null(run.State.Pending);
    }

    [Fact]
    public void When_every_worker_leaves_the_run_is_aborted_and_what_nobody_did_is_lost()
    {
        var run = RunStory.Of("a", "b").At(2).Leaves("a").Leaves("b").Promises("a").Promises("b");

        Assert.Null(run.State.Pending);
        run.At(2.9).Finishes("a", 145).Finishes("b", 145);

        Assert.Equal("all workers left", run.Ending.AbortReason);
        Assert.Equal(new Books(1000, 290, 0, 0, 710), run.State.Books);
    }
}
