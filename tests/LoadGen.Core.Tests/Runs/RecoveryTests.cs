using System.Collections.Immutable;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>A new coordinator asks the workers a, b and c for what they know, and puts the run together: 100 arrivals per second for 10 s.</summary>
public sealed class RecoveryTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(3);

    private static readonly Plan Plan = RunStory.PlanOf(new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))));

    private Recovery _recovery = new(Now - TimeSpan.FromSeconds(1));

    [Fact]
    public void There_is_no_run_before_a_worker_tells_of_one()
    {
        Assert.Null(_recovery.RunId);
        Assert.False(_recovery.IsComplete);
        Assert.Null(_recovery.Until);
    }

    [Fact]
    public void Everybody_who_has_a_share_is_waited_for()
    {
        Tell(InventoryOf("a"), InventoryOf("b"));

        Assert.Equal("run", _recovery.RunId);
        Assert.False(_recovery.IsComplete);
        Tell(InventoryOf("c"));
        Assert.True(_recovery.IsComplete);
    }

    [Fact]
    public void Who_has_had_a_share_in_any_epoch_is_waited_for()
    {
        Tell(InventoryOf("a") with { Assignment = new Assignment(4, [Division(1, 0, "a", "b"), Division(2, 300, "a")]) });

        Assert.False(_recovery.IsComplete);
    }

    [Theory]
    [InlineData(WorkerStage.Lost, false, true)]
    [InlineData(WorkerStage.Finished, true, true)]
    [InlineData(WorkerStage.Finished, false, false)]
    [InlineData(WorkerStage.Running, true, false)]
    public void Who_is_gone_as_the_checkpoint_knows_is_not_waited_for(WorkerStage stage, bool isLeaving, bool isComplete)
    {
        var gone = WorkerOf("c", lastReport: 3, completed: 80) with { Stage = stage, IsLeaving = isLeaving };

        Tell(InventoryOf("a") with { Checkpoint = CheckpointOf(1, WorkerOf("a"), WorkerOf("b"), gone) }, InventoryOf("b"));

        Assert.Equal(isComplete, _recovery.IsComplete);
    }

    [Fact]
    public void Telling_twice_counts_once()
    {
        Tell(InventoryOf("a", ReportOf(1, 30)), InventoryOf("a", ReportOf(1, 30), ReportOf(2, 40)));

        Assert.Equal((true, false), (_recovery.HasToldOf("a"), _recovery.HasToldOf("b")));
        Assert.Equal(70, Build().Merged.Books.Completed);
    }

    [Fact]
    public void Of_two_runs_of_one_term_the_one_that_was_told_of_first_counts()
    {
        Tell(InventoryOf("a"), InventoryOf("another", "b"));

        Assert.Equal((true, false), (_recovery.HasToldOf("a"), _recovery.HasToldOf("b")));
        Assert.Equal("run", Build().State.RunId);
    }

    [Fact]
    public void Without_a_checkpoint_all_reports_make_the_whole()
    {
        Tell(InventoryOf("a", ReportOf(1, 30), ReportOf(2, 33)), InventoryOf("b", ReportOf(1, 31)), InventoryOf("c"));

        var run = Build();

        Assert.Equal((94, 94), (run.Merged.Books.Completed, run.State.Books.Completed));
        Assert.Equal((63, 2), (run.State.Workers["a"].Books.Completed, run.State.Workers["a"].LastReport));
        Assert.Equal(0, run.CheckpointVersion);
    }

    [Fact]
    public void Reports_that_a_worker_merged_count_as_all_of_them()
    {
        Tell(InventoryOf("a", ReportOf(5, 150) with { First = 1 }, ReportOf(6, 33)), InventoryOf("b", ReportOf(1, 31)), InventoryOf("c"));

        var run = Build();

        Assert.Equal((214, 214), (run.Merged.Books.Completed, run.State.Books.Completed));
        Assert.Equal((183, 6), (run.State.Workers["a"].Books.Completed, run.State.Workers["a"].LastReport));
    }

    [Fact]
    public void Of_a_report_that_the_checkpoint_covers_nothing_is_counted_again()
    {
        var checkpoint = CheckpointOf(5, WorkerOf("a", lastReport: 2, completed: 63), WorkerOf("b", lastReport: 1, completed: 31), WorkerOf("c"));

        Tell(
            InventoryOf("a", ReportOf(2, 33), ReportOf(3, 34)) with { Checkpoint = checkpoint },
            InventoryOf("b", ReportOf(1, 31), ReportOf(2, 32)),
            InventoryOf("c"));
        var run = Build();

        Assert.Equal(63 + 34 + 31 + 32, run.Merged.Books.Completed);
        Assert.Equal(run.Merged.Books, run.State.Books);
        Assert.Equal((3, 2, 0), (run.State.Workers["a"].LastReport, run.State.Workers["b"].LastReport, run.State.Workers["c"].LastReport));
        Assert.Equal(5, run.CheckpointVersion);
    }

    [Fact]
    public void Every_report_is_acknowledged_so_that_workers_send_the_next()
    {
        Tell(InventoryOf("a", ReportOf(1, 30), ReportOf(2, 33)), InventoryOf("b", ReportOf(1, 31)), InventoryOf("c"));

        Assert.Equal(
            [new("a", 1), new("b", 1), new RunEffect.Acknowledge("a", 2)], Build().Effects.OfType<RunEffect.Acknowledge>());
    }

    [Fact]
    public void The_latest_of_several_checkpoints_counts_whoever_holds_it()
    {
        Tell(
            InventoryOf("a") with { Checkpoint = CheckpointOf(4, WorkerOf("a", lastReport: 1, completed: 30)) },
            InventoryOf("b") with { Checkpoint = CheckpointOf(6, WorkerOf("a", lastReport: 3, completed: 97)) },
            InventoryOf("c") with { Checkpoint = CheckpointOf(5, WorkerOf("a", lastReport: 2, completed: 63)) });

        Assert.Equal((6, 97), (Build().CheckpointVersion, Build().Merged.Books.Completed));
    }

    [Fact]
    public void What_workers_did_that_are_gone_is_in_the_checkpoint_and_stays_in_the_result()
    {
        var left = WorkerOf("b", lastReport: 2, completed: 70) with { Stage = WorkerStage.Finished, IsLeaving = true, IsSettled = true };
        var lost = WorkerOf("c", lastReport: 2, completed: 50, lost: 20) with { Stage = WorkerStage.Lost, IsSettled = true, LostAt = TimeSpan.FromSeconds(2) };
        var assignment = new Assignment(5, [Division(1, 0, "a", "b", "c"), Division(2, 210, "a")]);

        Tell(InventoryOf("a") with { Assignment = assignment, Checkpoint = CheckpointOf(3, WorkerOf("a"), left, lost) });
        var run = Build();

        Assert.True(_recovery.IsComplete);
        Assert.Equal(new Books(140, 120, 0, 0, 20), run.Merged.Books);
        Assert.Equal(run.Merged.Books, run.State.Books);
        Assert.Equal([new("a")], run.Effects.OfType<RunEffect.Assign>());
    }

    [Fact]
    public void One_that_is_missing_keeps_its_share_until_its_lease_ends_and_nothing_of_it_is_lost_yet()
    {
        Tell(InventoryOf("a"), InventoryOf("b"));

        var run = Build();

        Assert.Equal((WorkerStage.Running, default(Books)), (run.State.Workers["c"].Stage, run.State.Workers["c"].Books));
        Assert.Equal(["c"], run.Untold);
        Assert.Equal(["a", "b", "c"], run.Effects.OfType<RunEffect.Assign>().Select(assign => assign.WorkerId));
        // The lease counts from when the coordinator began to ask, a second ago: the silent get no second one.
        Assert.Equal(WorkerStage.Running, run.State.Apply(new RunEvent.TimePassed(), Now + TimeSpan.FromSeconds(7.9)).State.Workers["c"].Stage);
        Assert.Equal(WorkerStage.Lost, run.State.Apply(new RunEvent.TimePassed(), Now + TimeSpan.FromSeconds(8.1)).State.Workers["c"].Stage);
        Assert.Equal(WorkerStage.Running, run.State.Apply(new RunEvent.TimePassed(), Now + TimeSpan.FromSeconds(8.1)).State.Workers["a"].Stage);
    }

    [Fact]
    public void The_latest_assignment_that_anybody_goes_by_counts_and_the_next_is_above_it()
    {
        var late = new Assignment(3, [Division(1, 0, "a", "b", "c"), Division(2, 260, "a", "b")]);

        Tell(InventoryOf("a"), InventoryOf("b") with { Assignment = late }, InventoryOf("c"));
        var run = Build();

        Assert.Equal(late.Divisions, run.State.Assignment!.Divisions);
        Assert.Equal((7, 4), (run.State.Assignment.Term, run.State.Assignment.Version));
    }

    [Fact]
    public void The_load_started_as_long_ago_as_the_furthest_worker_says()
    {
        Tell(InventoryOf("a") with { Elapsed = TimeSpan.FromSeconds(3.98) }, InventoryOf("b") with { Elapsed = TimeSpan.FromSeconds(4) });

        Assert.Equal(TimeSpan.FromSeconds(4), Build().State.ElapsedAt(Now));
    }

    [Fact]
    public void What_has_passed_since_the_workers_told_is_a_part_of_the_load()
    {
        Tell(InventoryOf("a") with { Elapsed = TimeSpan.FromSeconds(4) });

        Assert.Equal(TimeSpan.FromSeconds(9), Build(at: Now + TimeSpan.FromSeconds(5)).State.ElapsedAt(Now + TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_report_that_cannot_be_read_costs_its_worker_its_place_and_nobody_elses()
    {
        Tell(InventoryOf("a", ReportOf(1, 30)), InventoryOf("b", ReportOf(1, 31) with { EncodedTally = [1, 2, 3] }), InventoryOf("c"));

        var run = Build();

        Assert.Equal((WorkerStage.Running, WorkerStage.Lost), (run.State.Workers["a"].Stage, run.State.Workers["b"].Stage));
        Assert.Equal(30, run.Merged.Books.Completed);
        Assert.Contains(run.Effects, effect => effect is RunEffect.Warn { Sentence: var said } && said.StartsWith("worker b lost: malformed report", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_run_was_stopped_if_any_worker_was_told_so(bool stopped)
    {
        Tell(InventoryOf("a"), InventoryOf("b") with { Stopped = stopped }, InventoryOf("c"));

        Assert.Equal(stopped, _recovery.WasStopped);
    }

    [Fact]
    public void The_rest_is_as_the_first_coordinator_had_it()
    {
        Tell(InventoryOf("a"));

        var run = Build();

        Assert.Equal((DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(9), "native"), (run.StartedAt, run.State.Lease, run.State.Workers["a"].Crypto));
        Assert.Equal(("a's host", 2), (run.State.Workers["a"].Host, run.State.Workers["a"].Weight));
    }

    private static RunInventory InventoryOf(string worker, params WorkerReport[] reports) => InventoryOf("run", worker, reports);

    private static RunInventory InventoryOf(string runId, string worker, params WorkerReport[] reports) => new()
    {
        RunId = runId,
        WorkerId = worker,
        Host = $"{worker}'s host",
        Weight = 2,
        Crypto = "native",
        Plan = Plan,
        Lease = TimeSpan.FromSeconds(9),
        Assignment = new Assignment(1, [Division(1, 0, "a", "b", "c")]),
        Elapsed = TimeSpan.FromSeconds(2),
        StartedAt = DateTimeOffset.UnixEpoch,
        Stopped = false,
        Checkpoint = null,
        Reports = reports,
    };

    private static Division Division(int epoch, long from, params string[] workers) => new(epoch, from, [.. workers.Select(worker => new Share(worker, 1))]);

    private static WorkerReport ReportOf(long number, int completed)
    {
        var usage = new GeneratorUsage("host:1", 2, TimeSpan.FromSeconds(number), TimeSpan.Zero, TimeSpan.Zero);
        return new WorkerReport(number, number, 0, 0, usage, Final: false, TallyOf(completed).Encode());
    }

    private static WorkerState WorkerOf(string worker, long lastReport = 0, int completed = 0, int lost = 0)
        => new(worker, "host") { Stage = WorkerStage.Running, TookPart = true, LastReport = lastReport, Books = new Books(completed + lost, completed, 0, 0, lost) };

    private static Checkpoint CheckpointOf(int version, params WorkerState[] workers)
        => new(version, workers, TallyOf((int)workers.Sum(worker => worker.Books.Completed), workers.Sum(worker => worker.Books.Lost)).Encode());

    private static Tally TallyOf(int completed, long lost = 0)
    {
        var tally = new Tally(1, 1);
        for (var i = 0; i < completed; i++)
        {
            var planned = TimeSpan.FromMilliseconds(i);
            tally.Record(new Sample(i, 0, 0, planned, planned, planned + TimeSpan.FromMilliseconds(1), RunStory.Completed));
        }

        tally.RecordLost(lost);
        return tally;
    }

    private void Tell(params RunInventory[] inventories)
    {
        foreach (var inventory in inventories)
        {
            _recovery = _recovery.Take(inventory, Now);
        }
    }

    private (RunState State, Tally Merged, int CheckpointVersion, DateTimeOffset StartedAt, ImmutableArray<RunEffect> Effects, ImmutableHashSet<string> Untold) Build(TimeSpan? at = null)
    {
        var (run, effects, untold) = _recovery.Build(term: 7, stopReason: null, at ?? Now);
        foreach (var merge in effects.OfType<RunEffect.Merge>())
        {
            run.Merged.Merge(merge.Part);
        }

        return (run.State, run.Merged, run.CheckpointVersion, run.StartedAt, effects, untold);
    }
}
