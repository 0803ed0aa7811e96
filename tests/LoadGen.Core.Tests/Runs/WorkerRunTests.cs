using System.Collections.Immutable;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>One worker, whose coordinator speaks with term 5 and whose clock is 1000 s ahead; the lease is 5 s.</summary>
public sealed class WorkerRunTests
{
    private const int Term = 5;

    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1000);
    private static readonly Plan Plan = RunStory.PlanOf(new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))));
    private static readonly Assignment First = new(1, [new Division(1, 0, [new Share("w", 1)])]) { Term = Term };

    private WorkerRun _worker = new(new WorkerIdentity("w", "host", 1, TimeSpan.FromSeconds(60)));
    private TimeSpan _now;
    private ImmutableArray<WorkerEffect> _effects = [];

    [Fact]
    public void It_offers_itself_until_it_is_welcomed()
    {
        Assert.Contains(new WorkerEffect.Register(), At(0).Look());
        Assert.DoesNotContain(new WorkerEffect.Register(), At(0.1).Look());
        Assert.Contains(new WorkerEffect.Register(), At(0.3).Look());

        Says(new WorkerEvent.Welcomed("run", Term));

        Assert.DoesNotContain(new WorkerEffect.Register(), At(0.6).Look());
        Assert.IsType<WorkerMode.Waiting>(_worker.Mode);
    }

    [Fact]
    public void That_it_is_ready_it_says_with_every_beat_until_it_has_work()
    {
        Prepare();

        Assert.Contains(new WorkerEffect.SayPrepared("run", "native"), At(2).Look());
        Assert.Contains(new WorkerEffect.SayPrepared("run", "native"), At(3).Look());
        Assign();
        Assert.DoesNotContain(new WorkerEffect.SayPrepared("run", "native"), At(4).Look());
    }

    [Fact]
    public void The_start_is_translated_into_the_time_here()
    {
        Prepare();

        Assign();

        Assert.Equal(TimeSpan.FromSeconds(0.2), _effects.OfType<WorkerEffect.BeginLoad>().Single().StartsIn);
    }

    [Fact]
    public void A_coordinator_of_an_earlier_term_is_not_heard()
    {
        Load();

        Says(new WorkerEvent.Released("run", Term - 1, 0, ""));

        Assert.IsType<WorkerMode.Loading>(_worker.Mode);
    }

    [Fact]
    public void Asked_for_a_run_that_it_knows_is_over_it_says_so()
    {
        Load();
        Says(new WorkerEvent.RunEnded("run", Term));

        Says(new WorkerEvent.InventoryAsked("run", Term));

        Assert.Equal([new WorkerEffect.SayOver("run")], _effects);
        Says(new WorkerEvent.RunOffered("run", Term, Plan, TimeSpan.FromSeconds(5)));
        Assert.Equal([new WorkerEffect.SayOver("run")], _effects);
        Assert.IsType<WorkerMode.Waiting>(_worker.Mode);
    }

    [Fact]
    public void An_assignment_of_a_later_term_replaces_one_of_a_higher_version()
    {
        Load();
        Says(new WorkerEvent.WorkAssigned("run", Term, First with { Version = 9 }, Ahead, DateTimeOffset.UnixEpoch));

        Says(new WorkerEvent.WorkAssigned("run", Term + 1, First with { Term = Term + 1, Version = 2 }, Ahead, DateTimeOffset.UnixEpoch));

        Assert.Equal((Term + 1, 2), (LoadNow.Assignment.Term, LoadNow.Assignment.Version));
        Says(new WorkerEvent.WorkAssigned("run", Term + 1, First with { Version = 10 }, Ahead, DateTimeOffset.UnixEpoch));
        Assert.Equal((Term + 1, 2), (LoadNow.Assignment.Term, LoadNow.Assignment.Version));
    }

    [Fact]
    public void After_its_lease_only_an_assignment_of_the_new_coordinator_lets_it_begin_again()
    {
        Load();
        At(8);

        Says(new WorkerEvent.BeatAnswered("run", Term + 1, _now, _now));
        Assert.Empty(_effects.OfType<WorkerEffect.Renew>());

        Says(new WorkerEvent.WorkAssigned("run", Term + 1, First with { Term = Term + 1, Version = 2 }, Ahead, DateTimeOffset.UnixEpoch));
        Assert.Equal(TimeSpan.FromSeconds(5), _effects.OfType<WorkerEffect.Renew>().Single().Remaining);
    }

    [Fact]
    public void A_report_is_repeated_until_it_is_acknowledged_and_only_then_comes_the_next()
    {
        Load();
        Happens(new WorkerEvent.SecondPassed("run"));
        Assert.Equal([new WorkerEffect.MakeReport(1, false)], _effects);
        Make(1);

        Assert.Single(At(3.1).Look().OfType<WorkerEffect.Report>());
        Happens(new WorkerEvent.SecondPassed("run"));
        Assert.Empty(_effects);

        Says(new WorkerEvent.ReportAcknowledged("run", Term, 1, 0, 1));
        Happens(new WorkerEvent.SecondPassed("run"));
        Assert.Equal([new WorkerEffect.MakeReport(2, false)], _effects);
    }

    [Fact]
    public void A_worker_that_has_delivered_everything_goes_at_once_when_told()
    {
        Deliver();

        Happens(new WorkerEvent.LeaveRequested());

        Assert.Contains(new WorkerEffect.Release(WorkerRun.ExitAborted), _effects);
    }

    [Fact]
    public void A_worker_that_has_delivered_everything_saves_it_when_no_coordinator_is_left()
    {
        Deliver();
        for (var second = 3.0; second < 12; second++)
        {
            At(second).Look();
        }

        At(12.2).Look();

        Assert.Equal("run", _effects.OfType<WorkerEffect.SavePartial>().Single().Run.RunId);
        Happens(new WorkerEvent.PartialSaved("run"));
        Assert.Contains(new WorkerEffect.Release(WorkerRun.ExitAborted), _effects);
    }

    [Fact]
    public void A_coordinator_that_is_heard_in_time_gets_what_would_have_been_saved()
    {
        Load();
        for (var second = 3.0; second < 14; second++)
        {
            At(second).Look();
        }

        Assert.Equal(LoadCourse.GivingUp, LoadNow.Course);
        Says(new WorkerEvent.InventoryAsked("run", Term + 1));

        Assert.Equal(LoadCourse.Stopping, LoadNow.Course);
        Assert.Single(_effects.OfType<WorkerEffect.TellInventory>());
    }

    [Fact]
    public void A_process_that_was_paused_does_not_give_up_before_it_has_asked_again()
    {
        Load();

        At(60).Look();

        Assert.Equal(LoadCourse.Loading, LoadNow.Course);
    }

    [Fact]
    public void A_load_that_breaks_down_is_told_with_its_reason_and_ends_the_worker()
    {
        Load();

        Happens(new WorkerEvent.LoadFailed("run", "no memory"));

        Assert.Contains(new WorkerEffect.SayFailed("run", "no memory"), _effects);
        Assert.Contains(new WorkerEffect.Release(WorkerRun.ExitFault), _effects);
    }

    private WorkerLoading LoadNow => Assert.IsType<WorkerMode.Loading>(_worker.Mode).Load;

    private WorkerRunTests At(double seconds)
    {
        _now = TimeSpan.FromSeconds(seconds);
        return this;
    }

    private ImmutableArray<WorkerEffect> Look()
    {
        Happens(new WorkerEvent.TimePassed());
        return _effects;
    }

    private void Says(WorkerEvent.Said said) => Happens(said);

    private void Happens(WorkerEvent happened) => (_worker, _effects) = _worker.Apply(happened, _now);

    private void Prepare()
    {
        At(1).Look();
        Says(new WorkerEvent.Welcomed("run", Term));
        Says(new WorkerEvent.BeatAnswered("run", Term, _now, _now + Ahead));
        Says(new WorkerEvent.RunOffered("run", Term, Plan, TimeSpan.FromSeconds(5)));
        Happens(new WorkerEvent.Prepared("run", "native"));
    }

    private void Assign() => Says(new WorkerEvent.WorkAssigned("run", Term, First, _now + Ahead + TimeSpan.FromSeconds(0.2), DateTimeOffset.UnixEpoch));

    private void Load()
    {
        Prepare();
        At(2);
        Assign();
    }

    private void Make(long number, bool final = false)
    {
        var usage = new GeneratorUsage("host:1", 2, TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.Zero);
        Happens(new WorkerEvent.ReportMade("run", new WorkerReport(number, number, 0, 0, usage, final, new Tally(1, 1).Encode())));
    }

    private void Deliver()
    {
        Load();
        Happens(new WorkerEvent.Drained("run"));
        Make(1, final: true);
        Says(new WorkerEvent.ReportAcknowledged("run", Term, 1, 0, 1));
        Assert.True(LoadNow.IsDelivered);
    }
}
