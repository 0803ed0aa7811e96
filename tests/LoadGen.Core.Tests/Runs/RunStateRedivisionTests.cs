using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>
/// A worker joins while the load runs. The work is divided anew in two steps: everybody under load is asked to begin nothing
/// from a boundary on, 0.6 s ahead, and once all have promised, the new division begins there.
/// </summary>
public sealed class RunStateRedivisionTests
{
    [Fact]
    public void A_worker_that_is_not_ready_yet_changes_nothing_for_the_others()
    {
        var run = RunStory.Of("a", "b").At(2).Registers("c");

        Assert.Equal([new RunEffect.Prepare("c")], run.Effects);
        Assert.Null(run.State.Pending);
    }

    [Fact]
    public void First_everybody_under_load_is_asked_to_begin_nothing_from_the_boundary_on()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c");

        Assert.Equal([new RunEffect.Prepare("c"), new RunEffect.Assign("a"), new RunEffect.Assign("b")], run.Effects);
        Assert.Equal((2, 260), (run.State.Assignment!.Version, run.State.Assignment.CutAt));
        Assert.Equal((260, TimeSpan.FromSeconds(2.6)), (run.State.Pending!.From, run.State.Pending.Due));
        Assert.Equal((130, 130, 0), (run.GivenTo("a"), run.GivenTo("b"), run.GivenTo("c")));
    }

    [Fact]
    public void One_promise_is_not_enough()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a");

        Assert.Equal(["b"], run.State.Pending!.Awaited);
        Assert.Equal((0, "a b"), run.Division);
        Assert.Empty(run.Effects);
    }

    [Fact]
    public void Once_all_have_promised_the_new_division_begins_at_the_boundary()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").Promises("b");

        Assert.Equal([new RunEffect.Assign("a"), new RunEffect.Assign("b"), new RunEffect.Assign("c")], run.Effects);
        Assert.Equal((260, "a b c"), run.Division);
        Assert.Equal((2, 3, null), (run.State.Epoch, run.State.Assignment!.Version, run.State.Assignment.CutAt));
        Assert.Null(run.State.Pending);
    }

    [Fact]
    public void Every_arrival_is_given_once_before_the_boundary_to_the_old_and_from_there_to_the_new_members()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").Promises("b");

        // 260 arrivals for two, then 740 for three.
        Assert.Equal((130 + 247, 130 + 247, 246), (run.GivenTo("a"), run.GivenTo("b"), run.GivenTo("c")));
    }

    [Fact]
    public void A_worker_of_weight_two_is_given_as_much_as_two_others()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c", weight: 2).Promises("a").Promises("b");

        Assert.Equal((130 + 185, 130 + 185, 370), (run.GivenTo("a"), run.GivenTo("b"), run.GivenTo("c")));
    }

    [Fact]
    public void The_boundary_moves_behind_what_a_worker_has_come_to_already()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a", reached: 275).Promises("b", reached: 202);

        Assert.Equal((275, "a b c"), run.Division);
    }

    [Fact]
    public void Workers_that_join_together_are_taken_together()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").At(2.1).Joins("d").Promises("b");

        Assert.Equal((260, "a b c d"), run.Division);
    }

    [Fact]
    public void A_worker_that_joins_takes_part_to_the_end_and_the_books_tell_of_every_arrival()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").Promises("b")
            .At(10.1).Finishes("a", 377).Finishes("b", 377).Finishes("c", 246);

        Assert.Equal(new Books(1000, 1000, 0, 0, 0), run.State.Books);
        Assert.Equal(["a", "b", "c"], run.Ending.Workers.Select(worker => worker.Id));
    }

    [Fact]
    public void Without_a_promise_in_time_the_change_is_called_off_so_that_the_load_never_waits()
    {
        var asked = RunStory.Of("a", "b").At(2).Joins("c").Promises("a");

        Assert.NotNull(asked.At(2.4).TimePasses().State.Pending);
        var run = asked.At(2.41).TimePasses();

        Assert.Null(run.State.Pending);
        Assert.Equal([new RunEffect.Assign("a"), new RunEffect.Assign("b")], run.Effects);
        Assert.Equal((3, null), (run.State.Assignment!.Version, run.State.Assignment.CutAt));
        Assert.Equal((500, 500), (run.GivenTo("a"), run.GivenTo("b")));
    }

    [Fact]
    public void A_change_that_was_called_off_is_tried_again_a_second_later()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").At(2.41).TimePasses();

        Assert.Null(run.At(3.4).TimePasses().State.Pending);
        Assert.Equal(401, run.At(3.41).TimePasses().State.Pending!.From);
        Assert.Equal((401, "a b c"), run.Promises("a").Promises("b").Division);
    }

    [Fact]
    public void Where_workers_are_alive_and_slow_to_answer_the_next_boundary_is_further_ahead()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").At(2.3).IsHeard("b", version: 1).At(2.41).TimePasses();

        // 1.2 s instead of 0.6 s ahead, and called off a third of that before it.
        Assert.Equal(461, run.At(3.41).TimePasses().State.Pending!.From);
        Assert.NotNull(run.At(4.2).TimePasses().State.Pending);
        Assert.Equal((461, "a b c"), run.Promises("a").Promises("b").Division);
        Assert.Equal(560, run.At(5).Joins("d").State.Pending!.From);
    }

    [Fact]
    public void No_boundary_is_before_the_one_of_the_division_before()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").At(2.3).IsHeard("b", version: 1).At(2.41).TimePasses();
        run.At(3.41).TimePasses().Promises("a").Promises("b");
        Assert.Equal((461, "a b c"), run.Division);

        run.At(3.5).Joins("d");

        Assert.Equal(461, run.State.Pending!.From);
    }

    [Fact]
    public void A_promise_that_comes_after_the_change_was_called_off_means_nothing()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").At(2.41).TimePasses();

        run.Promises("b", version: 2).At(3.41).TimePasses().Promises("a", version: 2);

        Assert.Equal(["a", "b"], run.State.Pending!.Awaited.Order());
    }

    [Fact]
    public void Nobody_is_given_a_share_of_a_load_that_is_over_before_the_boundary()
    {
        var run = RunStory.Of("a", "b").At(9.5).Joins("c").At(10.1).Finishes("a", 500).Finishes("b", 500);

        Assert.Equal((0, "a b"), run.Division);
        Assert.Equal(["a", "b"], run.Ending.Workers.Select(worker => worker.Id));
    }

    [Fact]
    public void A_worker_that_dies_while_the_work_is_divided_anew_is_not_waited_for_and_gets_no_share()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").At(2.2).Dies("b");

        Assert.Equal((260, "a c"), run.Division);
        Assert.Contains(new RunEffect.CountLost("b", 130), run.Effects);
    }

    [Fact]
    public void A_worker_that_dies_before_its_promise_when_the_boundary_is_near_may_have_passed_it_so_the_change_is_called_off()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").At(2.7).Dies("b");

        Assert.Equal((0, "a b"), run.Division);
        Assert.Equal((430, "a c"), run.At(3.7).TimePasses().Promises("a").Division);
        Assert.Equal(215, run.BooksOf("b").Lost);
    }

    [Fact]
    public void A_worker_that_joins_and_dies_before_the_boundary_leaves_the_division_as_it_was()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a").At(2.2).Dies("c").Promises("b");

        Assert.Equal((500, 500), (run.GivenTo("a"), run.GivenTo("b")));
        Assert.False(run.State.Workers.ContainsKey("c"));
    }

    [Fact]
    public void The_last_worker_may_finish_while_another_joins_which_then_gets_nothing()
    {
        var run = RunStory.Of("a").At(9.3).Joins("b").At(9.6).Promises("a", reached: 1000, finished: true);

        Assert.Equal(((1000, "b"), 0), (run.Division, run.GivenTo("b")));
        run.Finishes("a", 1000).Finishes("b", 0);
        Assert.Equal((new Books(1000, 1000, 0, 0, 0), null), (run.State.Books, run.Ending.AbortReason));
    }

    [Fact]
    public void The_last_worker_may_finish_before_it_hears_of_the_change_which_is_then_called_off()
    {
        // The coordinator was held up from 9.3 s to 10.05 s: by then everything was done, from the boundary on too.
        var run = RunStory.Of("a").At(9.3).Joins("b").At(10.05).Finishes("a", 1000);

        Assert.Equal(new Books(1000, 1000, 0, 0, 0), run.State.Books);
        Assert.Equal(["a"], run.Ending.Workers.Select(worker => worker.Id));
    }

    [Fact]
    public void A_plan_with_fewer_connections_than_workers_has_work_for_so_many_and_the_others_wait()
    {
        var plan = RunStory.Of("x").State.Plan with { Limits = new Limits { Connections = 2 } };
        var run = RunStory.Of(plan, "b", "c").At(2).Joins("a");

        Assert.Equal(((0, "b c"), WorkerStage.Prepared), (run.Division, run.State.Workers["a"].Stage));
        Assert.Equal((360, "a b"), run.At(3).Dies("c").Promises("b").Division);
    }

    [Fact]
    public void Connections_of_a_closed_load_are_divided_anew_at_once()
    {
        var run = RunStory.Of(new Load.Closed(10, TimeSpan.FromSeconds(30), Count: null), "a").At(2).Joins("b");

        Assert.Equal([5, 5], new[] { "a", "b" }.Select(worker => ConnectionsOf(run, worker)));
        Assert.Null(run.State.Pending);
    }

    [Fact]
    public void Nobody_joins_a_closed_load_whose_count_was_divided_at_the_start()
    {
        var run = RunStory.Of(new Load.Closed(10, null, Count: 1000), "a").At(2).Joins("b");

        Assert.Equal((0, "a"), run.Division);
        Assert.Equal(10, ConnectionsOf(run, "a"));
    }

    private static int ConnectionsOf(RunStory run, string worker) => Assert.Single(run.State.Assignment!.SlicesOf(run.State.Plan, worker)).Connections;
}
