using System.Collections.Immutable;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Tests.Runs;

/// <summary>A coordinator of term 5, and the workers a and b that come to it.</summary>
public sealed class CoordinatorStateTests
{
    private const int Term = 5;

    private static readonly Plan Plan = RunStory.PlanOf(new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))));

    private CoordinatorState _state = CoordinatorState.Waiting(Term);
    private TimeSpan _now = TimeSpan.FromHours(1);
    private ImmutableArray<RunEffect> _effects = [];

    private CoordinatorMode Mode => _state.Mode;

    [Fact]
    public void One_that_stays_and_hears_of_a_run_under_way_asks_for_it_and_goes_on_with_it()
    {
        Beat("a", "before", version: 3);

        Assert.Contains(new RunEffect.AskInventory("a", "before"), _effects);
        Tell(InventoryOf("a", "a"));
        var running = Assert.IsType<CoordinatorMode.Running>(Mode);
        Assert.Equal("before", running.Run.RunId);
        Assert.Contains(_effects, effect => effect is RunEffect.GoOn);
    }

    [Fact]
    public void An_order_that_comes_while_a_run_is_asked_for_has_its_turn_if_there_is_none()
    {
        Beat("a", "before", version: 3);
        Order("next");
        Assert.IsType<CoordinatorMode.Recovering>(Mode);

        Pass(4.1);

        Assert.Equal("next", Assert.IsType<CoordinatorMode.Running>(Mode).Run.RunId);
        Beat("a", "before", version: 3);
        Assert.Contains(new RunEffect.EndRun("a", "before"), _effects);
    }

    [Fact]
    public void An_order_that_had_not_begun_when_a_run_under_way_showed_up_has_its_turn_after_it()
    {
        Register("b");
        Order("next");
        Beat("a", "before", version: 3);
        Tell(InventoryOf("a", "a"));
        Assert.Equal("before", Assert.IsType<CoordinatorMode.Running>(Mode).Run.RunId);

        Apply(new RunEvent.WorkerLost("a"));

        Assert.Equal("next", Assert.IsType<CoordinatorMode.Running>(Mode).Run.RunId);
    }

    [Fact]
    public void What_it_says_of_a_run_outranks_what_it_said_of_the_run_before()
    {
        Register("a");
        Order("first");
        var first = _state.Run!.Term;
        Apply(new RunEvent.StopRequested("stopped by a person"));

        Order("second");

        Assert.Equal(first + 1, _state.Run!.Term);
        Beat("b", "before", version: 3);
        Assert.Equal(first + 2, _state.Term);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_two_runs_the_one_of_the_higher_term_is_under_way_and_the_other_is_over(bool isToldFirst)
    {
        RunInventory[] told = [InventoryOf("a", "a", "c"), LaterInventoryOf("b", "b")];
        Beat("a", "before", version: 3);
        Beat("b", "later", version: 1);

        Tell(told[isToldFirst ? 1 : 0]);
        Tell(told[isToldFirst ? 0 : 1]);

        Assert.Equal("later", Assert.IsType<CoordinatorMode.Running>(Mode).Run.RunId);
        Assert.Equal(["b"], _state.Run!.Workers.Keys);
        Beat("a", "before", version: 3);
        Assert.Contains(_effects, effect => effect is RunEffect.EndRun { WorkerId: "a", RunId: "before" } or RunEffect.Release { WorkerId: "a", RunId: "before" });
    }

    [Fact]
    public void A_run_that_another_worker_knows_is_over_is_not_taken_over()
    {
        Beat("a", "before", version: 3);
        Tell(InventoryOf("a", "a", "b"));
        Beat("b", "", version: 0);
        Assert.Contains(new RunEffect.AskInventory("b", "before"), _effects);

        Apply(new RunEvent.RunKnownOver("b", "before"));

        Assert.IsType<CoordinatorMode.Idle>(Mode);
        Beat("a", "before", version: 3);
        Assert.Contains(new RunEffect.EndRun("a", "before"), _effects);
    }

    [Fact]
    public void A_run_taken_over_from_one_that_missed_its_end_ends_when_another_worker_tells_of_that()
    {
        Beat("a", "before", version: 3);
        Tell(InventoryOf("a", "a", "b"));
        Pass(9.1);
        Assert.IsType<CoordinatorMode.Running>(Mode);
        Beat("b", "", version: 0);

        Apply(new RunEvent.RunKnownOver("b", "before"), "before");

        Assert.IsType<CoordinatorMode.Idle>(Mode);
        var ending = Assert.IsType<RunEnding.Impossible>(_effects.OfType<RunEffect.End>().Single().Ending);
        Assert.Contains("run before has already ended (reported by worker b)", ending.Reason, StringComparison.Ordinal);
        Assert.Contains(new RunEffect.EndRun("a", "before"), _effects);
    }

    [Fact]
    public void One_worker_that_has_left_a_run_does_not_end_it_for_the_others()
    {
        Register("a", "b");
        Order("run", minWorkers: 2);
        Apply(new RunEvent.WorkerPrepared("a", "native"), "run");
        Apply(new RunEvent.WorkerPrepared("b", "native"), "run");

        Apply(new RunEvent.RunKnownOver("b", "run"), "run");

        var run = Assert.IsType<CoordinatorMode.Running>(Mode).Run;
        Assert.Equal((RunStage.Running, WorkerStage.Lost), (run.Stage, run.Workers["b"].Stage));
    }

    [Fact]
    public void A_worker_with_an_older_run_is_released_while_another_is_under_load()
    {
        Register("a");
        Order("run");
        Apply(new RunEvent.WorkerPrepared("a", "native"), "run");

        Beat("b", "older", version: 2);

        var release = Assert.Single(_effects.OfType<RunEffect.Release>());
        Assert.Equal(("b", "older"), (release.WorkerId, release.RunId));
    }

    [Fact]
    public void Its_term_is_above_every_term_that_a_worker_has_heard()
    {
        Beat("a", "", version: 0, term: 12);

        Assert.Equal(13, _state.Term);
    }

    [Fact]
    public void A_stop_while_no_run_is_known_ends_the_run_that_was_to_begin()
    {
        (_state, _effects) = CoordinatorState.Of(new RunOrder("run", Plan, 1, TimeSpan.FromSeconds(60)) { TakesOver = true }, Term, _now);

        Apply(new RunEvent.StopRequested("stopped by a person"));

        var ended = Assert.IsType<CoordinatorMode.Ended>(Mode);
        Assert.Equal("stopped by a person", Assert.IsType<RunEnding.Finished>(ended.Ending).AbortReason);
    }

    [Fact]
    public void A_run_that_is_stopped_before_its_turn_ends_when_it_has_it_and_not_another_in_its_place()
    {
        Beat("a", "before", version: 3);
        Order("next");
        Tell(InventoryOf("a", "a"));

        Apply(new RunEvent.StopRequested("stopped by a person", "next"));

        Assert.Equal(("before", RunStage.Running), (_state.Run!.RunId, _state.Run.Stage));
        Apply(new RunEvent.WorkerLost("a"));
        Assert.IsType<CoordinatorMode.Idle>(Mode);
        Assert.Equal("stopped by a person", Assert.IsType<RunEnding.Finished>(_effects.OfType<RunEffect.End>().Last().Ending).AbortReason);
    }

    private static RunInventory LaterInventoryOf(string worker, params string[] shares)
    {
        var inventory = InventoryOf(worker, shares);
        return inventory with { RunId = "later", Assignment = inventory.Assignment with { Term = 2 } };
    }

    private static RunInventory InventoryOf(string worker, params string[] shares) => new()
    {
        RunId = "before",
        WorkerId = worker,
        Host = "host",
        Weight = 1,
        Crypto = "native",
        Plan = Plan,
        Lease = TimeSpan.FromSeconds(9),
        Assignment = new Assignment(3, [new Division(1, 0, [.. shares.Select(share => new Share(share, 1))])]) { Term = 1 },
        Elapsed = TimeSpan.FromSeconds(2),
        StartedAt = DateTimeOffset.UnixEpoch,
        Stopped = false,
        Checkpoint = null,
        Reports = [],
    };

    private void Register(params string[] workers)
    {
        foreach (var worker in workers)
        {
            Apply(new RunEvent.WorkerRegistered(worker, "host", 1));
        }
    }

    private void Order(string runId, int minWorkers = 1) => Apply(new RunEvent.RunOrdered(new RunOrder(runId, Plan, minWorkers, TimeSpan.FromSeconds(60))));

    private void Beat(string worker, string runId, int version, int term = 1)
        => Apply(new RunEvent.WorkerHeard(worker, runId, term, version == 0 ? 0 : 1, version, _now), runId.Length == 0 ? null : runId);

    private void Tell(RunInventory inventory) => Apply(new RunEvent.InventoryTold(inventory), inventory.RunId);

    private void Pass(double seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        Apply(new RunEvent.TimePassed());
    }

    private void Apply(RunEvent happened, string? runId = null) => (_state, _effects) = _state.Apply(happened, runId, _now);
}
