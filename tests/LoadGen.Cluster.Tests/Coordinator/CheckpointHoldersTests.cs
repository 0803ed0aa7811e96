using LoadGen.Cluster.Coordinator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Coordinator;

/// <summary>A worker keeps its reports until enough others hold a checkpoint that covers them.</summary>
public sealed class CheckpointHoldersTests
{
    private readonly CheckpointHolders _holders = new();

    [Fact]
    public void As_long_as_nobody_could_take_over_reports_may_be_kept_as_one()
    {
        Assert.Equal(7, _holders.MergeUpTo(counted: 7));

        _holders.Use();

        Assert.Equal(0, _holders.MergeUpTo(counted: 8));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, true)]
    public void Whoever_goes_on_from_a_checkpoint_makes_the_next(int version, bool inUse)
    {
        _holders.GoOnFrom(version);

        Assert.Equal(inUse, _holders.InUse);
    }

    [Fact]
    public void Before_the_first_checkpoint_is_held_nothing_is_safe()
    {
        Make("a", "b", "c");

        Assert.Equal(0, _holders.SafeUpTo("a"));
    }

    [Fact]
    public void Three_of_the_workers_under_load_hold_each_checkpoint()
    {
        var (checkpoint, holders) = Make("a", "b", "c", "d");

        Assert.Equal(["a", "b", "c"], holders);
        Assert.Equal(["a", "b", "c", "d"], checkpoint.Workers.Select(worker => worker.Id));
    }

    [Fact]
    public void Checkpoints_are_numbered_and_a_coordinator_that_takes_over_goes_on_from_the_latest()
    {
        _holders.GoOnFrom(41);

        Assert.Equal((42, 43), (Make("a").Checkpoint.Version, Make("a").Checkpoint.Version));
    }

    [Fact]
    public void Once_two_hold_it_what_it_covers_is_safe_for_everybody()
    {
        Make("a", "b", "c", "d");

        _holders.Held("a", 1);
        Assert.Equal(0, _holders.SafeUpTo("d"));
        _holders.Held("c", 1);
        Assert.Equal(5, _holders.SafeUpTo("d"));
    }

    [Fact]
    public void A_single_worker_is_enough_where_there_is_no_other()
    {
        Make("a");

        _holders.Held("a", 1);

        Assert.Equal(5, _holders.SafeUpTo("a"));
    }

    [Fact]
    public void One_that_says_so_twice_counts_once()
    {
        Make("a", "b", "c");

        _holders.Held("a", 1);
        _holders.Held("a", 1);

        Assert.Equal(0, _holders.SafeUpTo("a"));
    }

    [Theory]
    [InlineData("a", 1)]
    [InlineData("d", 2)]
    public void Who_holds_an_earlier_one_or_was_not_asked_does_not_count(string worker, int version)
    {
        Make("a", "b", "c", "d");
        Make("a", "b", "c", "d");

        _holders.Held(worker, version);
        _holders.Held("b", 2);

        Assert.Equal(0, _holders.SafeUpTo("a"));
    }

    [Fact]
    public void What_was_safe_stays_safe_while_the_next_is_on_its_way()
    {
        Make("a", "b");
        _holders.Held("a", 1);
        _holders.Held("b", 1);

        Make("a", "b");

        Assert.Equal(5, _holders.SafeUpTo("a"));
    }

    // Of workers that have sent five reports each.
    private (Checkpoint Checkpoint, IReadOnlyList<string> Holders) Make(params string[] workers)
    {
        var plan = new Plan
        {
            Name = "test",
            Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
            Profiles = [new Profile { Name = "p" }],
            Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))),
        };
        var assignment = new Assignment(1, [new Division(1, 0, [.. workers.Select(worker => new Share(worker, 1))])]);
        var known = workers.Select(worker => new WorkerState(worker, "host") { Stage = WorkerStage.Running, LastReport = 5 });
        return _holders.Make(RunState.Resume("run", plan, assignment, TimeSpan.Zero, known, term: 1, RunState.DefaultLease, new Dictionary<string, TimeSpan>(), since: TimeSpan.Zero).State, new Tally(1, 1));
    }
}
