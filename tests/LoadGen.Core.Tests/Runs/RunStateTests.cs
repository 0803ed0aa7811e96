using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

public sealed class RunStateTests
{
    [Fact]
    public void Workers_get_ready_once_enough_have_registered()
    {
        var (state, effects) = Play(Forming(minWorkers: 2), Registered("a"), Registered("b"));

        Assert.Equal(RunStage.Preparing, state.Stage);
        Assert.Equal(["a", "b"], effects.OfType<RunEffect.Prepare>().Select(prepare => prepare.WorkerId));
    }

    [Fact]
    public void Registering_twice_changes_nothing()
    {
        var (once, _) = Play(Forming(minWorkers: 2), Registered("a"));

        var (twice, effects) = once.Apply(Registered("a"));

        Assert.Equal(once.Workers.Keys, twice.Workers.Keys);
        Assert.Empty(effects);
    }

    [Fact]
    public void All_workers_start_together_when_the_last_one_is_prepared()
    {
        var (preparing, _) = Play(Forming(minWorkers: 2), Registered("a"), Registered("b"));

        var (one, early) = preparing.Apply(Prepared("a"));
        var (both, effects) = one.Apply(Prepared("b"));

        Assert.Empty(early);
        Assert.Equal(RunStage.Running, both.Stage);
        Assert.Equal([new RunEffect.Start(), new RunEffect.Assign("a"), new RunEffect.Assign("b")], effects);
        Assert.Equal(3000, both.Workers.Keys.Sum(worker => both.Assignment!.GivenTo(both.Plan, worker)));
    }

    [Fact]
    public void A_report_is_merged_once_and_acknowledged_each_time_it_comes()
    {
        var running = Running("a");
        var report = RunStory.ReportOf("a", 1, 300, 0, final: false);

        var (first, merged) = running.Apply(report);
        var (second, repeated) = first.Apply(report);

        Assert.Equal([new RunEffect.Merge("a", report.Part), new RunEffect.Acknowledge("a", 1)], merged);
        Assert.Equal([new RunEffect.Acknowledge("a", 1)], repeated);
        Assert.Equal(300, second.Books.Completed);
    }

    [Fact]
    public void The_run_ends_when_every_worker_has_sent_its_final_report()
    {
        var (one, _) = Running("a", "b").Apply(Final("a", 1500));

        var (both, effects) = one.Apply(Final("b", 1500));

        Assert.Equal(RunStage.Running, one.Stage);
        var finished = Assert.IsType<RunEnding.Finished>(effects.OfType<RunEffect.End>().Single().Ending);
        Assert.Null(finished.AbortReason);
        Assert.Equal(TimeSpan.FromSeconds(10.01), finished.Duration);
        Assert.Equal(3000, finished.Workers.Sum(worker => worker.Books.Completed));
        Assert.True(both.Books.Balance);
    }

    [Fact]
    public void A_final_report_that_is_repeated_after_the_end_is_acknowledged_again()
    {
        var (ended, _) = Running("a").Apply(Final("a", 3000));

        var (_, effects) = ended.Apply(Final("a", 3000));

        Assert.Equal([new RunEffect.Acknowledge("a", 1)], effects);
    }

    [Fact]
    public void A_run_that_loses_every_worker_is_aborted()
    {
        var (_, effects) = Running("a").Apply(new RunEvent.WorkerLost("a"), TimeSpan.FromSeconds(4.2));

        var finished = Assert.IsType<RunEnding.Finished>(effects.OfType<RunEffect.End>().Single().Ending);
        Assert.Equal("all workers were lost", finished.AbortReason);
        Assert.Equal(TimeSpan.FromSeconds(4), Assert.Single(finished.Workers).LostAt);
    }

    [Fact]
    public void Losing_a_worker_before_the_start_waits_for_another()
    {
        var (three, _) = Play(Forming(minWorkers: 1), Registered("a"));

        var (state, _) = three.Apply(new RunEvent.WorkerLost("a"));
        var (again, effects) = state.Apply(Registered("b"));

        Assert.Equal(RunStage.Forming, state.Stage);
        Assert.Equal(RunStage.Preparing, again.Stage);
        Assert.Equal("b", Assert.IsType<RunEffect.Prepare>(Assert.Single(effects)).WorkerId);
    }

    [Fact]
    public void Stopping_tells_every_running_worker_once_and_the_result_is_partial()
    {
        var (stopping, effects) = Running("a", "b").Apply(new RunEvent.StopRequested("interrupted"));
        var (_, again) = stopping.Apply(new RunEvent.StopRequested("interrupted"));
        var (_, ended) = Play(stopping, Final("a", 100), Final("b", 100));

        Assert.Equal([new RunEffect.Stop("a"), new RunEffect.Stop("b")], effects);
        Assert.Empty(again);
        Assert.Equal("interrupted", Assert.IsType<RunEnding.Finished>(ended.OfType<RunEffect.End>().Single().Ending).AbortReason);
    }

    [Fact]
    public void Too_few_workers_in_time_end_the_run_unformed()
    {
        var (one, _) = Play(Forming(minWorkers: 2) with { StartBy = TimeSpan.FromSeconds(5) }, Registered("a"));

        var (_, effects) = one.Apply(new RunEvent.TimePassed(), TimeSpan.FromSeconds(5.1));

        Assert.Equal(new RunEnding.NotFormed("1 of 2 workers joined in time"), Assert.IsType<RunEffect.End>(Assert.Single(effects)).Ending);
    }

    [Fact]
    public void A_worker_that_is_not_ready_in_time_is_let_go_and_the_others_begin()
    {
        var (ready, _) = Play(Forming(minWorkers: 1) with { StartBy = TimeSpan.FromSeconds(5) }, Registered("a"), Registered("b"), Prepared("a"));

        var (state, effects) = ready.Apply(new RunEvent.TimePassed(), TimeSpan.FromSeconds(5.1));

        Assert.Equal((RunStage.Running, 1), (state.Stage, state.Workers.Count));
        Assert.Contains(new RunEffect.Release("b", "run", WorkerRun.ExitFault, "not ready in time"), effects);
    }

    [Fact]
    public void Workers_that_are_not_ready_in_time_end_the_run_where_it_needs_them()
    {
        var (ready, _) = Play(Forming(minWorkers: 2) with { StartBy = TimeSpan.FromSeconds(5) }, Registered("a"), Registered("b"), Prepared("a"));

        var (_, effects) = ready.Apply(new RunEvent.TimePassed(), TimeSpan.FromSeconds(5.1));

        Assert.Equal(new RunEnding.NotFormed("1 of 2 workers were ready in time"), effects.OfType<RunEffect.End>().Single().Ending);
    }

    [Fact]
    public void The_start_deadline_means_nothing_once_the_load_runs()
    {
        var (state, effects) = (Running("a") with { StartBy = TimeSpan.FromSeconds(5) }).Apply(new RunEvent.TimePassed(), TimeSpan.FromSeconds(5.1));

        Assert.Equal(RunStage.Running, state.Stage);
        Assert.Empty(effects);
    }

    private static RunState Forming(int minWorkers) => new("run", ThreeThousand(), minWorkers);

    private static RunState Running(params string[] workers)
    {
        var (prepared, _) = Play(Forming(workers.Length), [.. workers.Select(Registered)]);
        return Play(prepared, [.. workers.Select(worker => Prepared(worker))]).State;
    }

    private static (RunState State, IReadOnlyList<RunEffect> Effects) Play(RunState state, params RunEvent[] events)
    {
        var effects = new List<RunEffect>();
        foreach (var happened in events)
        {
            (state, var caused) = state.Apply(happened, TimeSpan.Zero);
            effects.AddRange(caused);
        }

        return (state, effects);
    }

    private static RunEvent.WorkerPrepared Prepared(string worker) => new(worker, "native");

    private static RunEvent.WorkerRegistered Registered(string worker) => new(worker, "host");

    private static RunEvent.ReportReceived Final(string worker, long completed)
    {
        var received = RunStory.ReportOf(worker, 1, completed, 0, final: true);
        return received with { Report = received.Report with { Usage = received.Report.Usage with { Elapsed = TimeSpan.FromSeconds(10.01) } } };
    }

    private static Plan ThreeThousand() => new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(300, TimeSpan.FromSeconds(10)))),
    };
}
