using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>A coordinator takes a run over from one that is gone: it knows the latest checkpoint, and what workers tell about themselves.</summary>
public sealed class RunStateRecoveryTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(7);

    [Fact]
    public void The_division_stays_and_everybody_is_told_with_a_version_above_any_that_they_know()
    {
        var before = RunStory.Of("a", "b").At(2);

        var after = TakenOver(before, seconds: 3);

        Assert.Equal([new RunEffect.Assign("a"), new RunEffect.Assign("b")], after.Effects);
        Assert.Equal(before.State.Assignment!.Divisions, after.State.Assignment!.Divisions);
        Assert.Equal(before.State.Assignment.Version + 1, after.State.Assignment.Version);
    }

    [Fact]
    public void The_load_goes_on_in_its_time_by_the_new_clock()
    {
        var run = TakenOver(RunStory.Of("a", "b"), seconds: 3);

        Assert.Equal(TimeSpan.FromSeconds(4), run.State.ElapsedAt(Start + TimeSpan.FromSeconds(4)));
        Assert.Equal((360, "a"), run.Dies("b").Promises("a").Division);
    }

    [Fact]
    public void A_change_that_was_under_way_is_called_off_and_whoever_joined_registers_again()
    {
        var before = RunStory.Of("a", "b").At(2).Joins("c").Promises("a");

        var after = TakenOver(before, seconds: 3);

        Assert.Null(after.State.Assignment!.CutAt);
        Assert.Equal((500, 500), (after.GivenTo("a"), after.GivenTo("b")));
        Assert.Equal((360, "a b c"), after.Joins("c").Promises("a").Promises("b").Division);
    }

    [Fact]
    public void What_the_checkpoint_covers_is_counted_and_of_what_is_told_again_only_the_rest()
    {
        var before = RunStory.Of("a", "b").At(2).Reports("a", 50).Reports("a", 50);

        var after = TakenOver(before, seconds: 3).Reports("a", number: 2, completed: 50, inFlight: 0);

        Assert.Equal([new RunEffect.Acknowledge("a", 2)], after.Effects);
        Assert.Equal([new RunEffect.Acknowledge("a", 3)], after.Reports("a", 40).Effects);
        Assert.Equal(140, after.BooksOf("a").Completed);
    }

    [Fact]
    public void A_worker_that_has_a_share_and_told_nothing_is_waited_for_as_long_as_its_lease()
    {
        var run = TakenOver(RunStory.Of("a", "b"), seconds: 3, told: "a").WithLease(2);

        Assert.Equal(WorkerStage.Running, run.At(5).IsHeard("a").TimePasses().State.Workers["b"].Stage);
        Assert.Equal(WorkerStage.Lost, run.At(5.01).TimePasses().State.Workers["b"].Stage);
        Assert.Equal((561, "a"), run.Promises("a").Division);
        Assert.Equal(280, run.BooksOf("b").Lost);
    }

    [Fact]
    public void A_worker_that_told_nothing_and_is_heard_in_time_goes_on_with_its_share()
    {
        var run = TakenOver(RunStory.Of("a", "b"), seconds: 3, told: "a").WithLease(2).At(5).IsHeard("a").IsHeard("b", version: 1);

        Assert.Contains(new RunEffect.Assign("b"), run.Effects);
        run.At(5.5).TimePasses().At(10.1).Finishes("a", 500).Finishes("b", 500);
        Assert.Equal((new Books(1000, 1000, 0, 0, 0), null), (run.State.Books, run.Ending.AbortReason));
    }

    [Fact]
    public void Who_was_lost_stays_lost_and_what_it_tells_later_is_found()
    {
        var before = RunStory.Of("a", "b").At(2).Reports("b", 100).Dies("b").Promises("a");

        var after = TakenOver(before, seconds: 3);

        Assert.Equal([new RunEffect.Assign("a")], after.Effects);
        Assert.Equal(new Books(130, 100, 0, 0, 30), after.BooksOf("b"));
        Assert.Equal(new Books(130, 110, 0, 0, 20), after.Reports("b", 10).BooksOf("b"));
    }

    [Fact]
    public void Who_was_lost_and_not_replaced_yet_is_replaced_now()
    {
        var before = RunStory.Of("a", "b").At(2).Reports("b", 100).Dies("b");

        var after = TakenOver(before, seconds: 3).TimePasses().Promises("a");

        Assert.Equal((360, "a"), after.Division);
        Assert.Equal(new Books(180, 100, 0, 0, 80), after.BooksOf("b"));
    }

    [Fact]
    public void Who_left_in_order_is_not_waited_for_and_its_part_is_in_the_result()
    {
        var before = RunStory.Of("a", "b").At(2).Leaves("b").Promises("a").Promises("b").At(2.7).Finishes("b", 130);

        var after = TakenOver(before, seconds: 3).At(10.1).Finishes("a", 870);

        Assert.Equal((new Books(1000, 1000, 0, 0, 0), null), (after.State.Books, after.Ending.AbortReason));
        Assert.Equal(["a", "b"], after.Ending.Workers.Select(worker => worker.Id));
    }

    [Fact]
    public void A_run_that_was_over_but_for_its_end_ends()
    {
        var before = RunStory.Of("a", "b").At(10.1).Finishes("b", 500);

        var after = TakenOver(before, seconds: 11).Finishes("a", 500);

        Assert.Equal((new Books(1000, 1000, 0, 0, 0), null), (after.State.Books, after.Ending.AbortReason));
    }

    /// <summary>By a coordinator whose clock says something else, with what is known of those who told, by default of all who had a share.</summary>
    private static RunStory TakenOver(RunStory before, double seconds, string? told = null)
    {
        var workers = before.State.TookPart.Where(worker => told is null || told == worker.Id);
        return RunStory.TakenOver(
            RunState.Resume(
                "run",
                before.State.Plan,
                before.State.Assignment!,
                Start,
                workers,
                term: 2,
                RunState.DefaultLease,
                new Dictionary<string, TimeSpan>(),
                since: Start + TimeSpan.FromSeconds(seconds)),
            seconds);
    }
}
