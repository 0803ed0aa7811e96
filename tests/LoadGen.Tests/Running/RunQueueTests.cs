using LoadGen.Core.Runs;
using LoadGen.Metrics;
using LoadGen.Running;
using LoadGen.Running.Outputs;

namespace LoadGen.Tests.Running;

public sealed class RunQueueTests
{
    private readonly RunQueue _queue = new(new NodeMetrics(), new KeptResults(folder: null));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_have_their_turns_in_the_order_in_which_they_came()
    {
        var (first, second) = (Submit("first"), Submit("second"));

        Assert.Same(first, await _queue.NextAsync());
        Assert.Same(second, await _queue.NextAsync());
    }

    [Fact]
    public async Task Who_asks_for_the_next_run_waits_until_there_is_one()
    {
        var next = _queue.NextAsync();
        Assert.False(next.IsCompleted);

        var run = Submit("late");

        Assert.Same(run, await next.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task A_run_that_was_stopped_while_it_waited_is_passed_over()
    {
        var (stopped, next) = (Submit("stopped"), Submit("next"));

        stopped.Feed.Stop("stopped by request");

        Assert.Same(next, await _queue.NextAsync());
    }

    [Fact]
    public async Task Once_it_is_closed_no_run_begins_and_each_that_waited_says_so()
    {
        var (taken, waiting) = (Submit("its turn has come"), Submit("waiting"));
        Assert.Same(taken, await _queue.NextAsync());

        _queue.Close("interrupted");
        var late = Submit("late");

        Assert.False(taken.TryBegin(() => Assert.Fail("it began"), _ => { }));
        Assert.Null(await _queue.NextAsync());
        Assert.All([taken, waiting, late], run =>
        {
            Assert.Equal(["interrupted before it started"], run.Feed.Unfinished!.Sentences);
            Assert.Equal(ExitCode.Aborted, run.Feed.Unfinished.ExitCode);
        });
    }

    [Fact]
    public async Task Closing_stops_the_run_that_is_under_way()
    {
        var run = Submit("under way");
        await _queue.NextAsync();
        var stops = new List<string>();
        run.TryBegin(() => { }, stops.Add);

        _queue.Close("interrupted");

        Assert.Equal(["interrupted"], stops);
    }

    [Fact]
    public async Task A_run_that_was_found_under_way_is_the_next_before_those_that_wait_and_can_be_stopped()
    {
        var waiting = Submit("waiting");
        var stops = new List<string>();
        var found = _queue.Adopt("found", Records.PlanOf("found"), stops.Add);

        found.Feed.Stop("stopped by request");

        Assert.Equal(["stopped by request"], stops);
        Assert.False(found.Over.IsCompleted);
        Assert.Same(found, await _queue.NextAsync());
        Assert.Same(waiting, await _queue.NextAsync());
    }

    [Fact]
    public async Task Closing_stops_a_run_that_was_found_under_way_and_it_is_still_waited_for()
    {
        var stops = new List<string>();
        var found = _queue.Adopt("found", Records.PlanOf("found"), stops.Add);

        _queue.Close("interrupted");
        var late = _queue.Adopt("late", Records.PlanOf("late"), stops.Add);

        Assert.Equal(["interrupted", "interrupted"], stops);
        Assert.Same(found, await _queue.NextAsync());
        Assert.Same(late, await _queue.NextAsync());
        Assert.Null(await _queue.NextAsync());
    }

    [Fact]
    public async Task Who_waits_for_the_next_run_learns_that_there_will_be_none()
    {
        var next = _queue.NextAsync();

        _queue.Close("interrupted");

        Assert.Null(await next.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task Every_run_is_found_by_its_id_whether_it_waits_or_is_under_way()
    {
        var (under, waiting) = (Submit("under way"), Submit("waiting"));
        await _queue.NextAsync();

        Assert.Same(under.Feed, _queue.Find(under.Id));
        Assert.Same(waiting.Feed, _queue.Find(waiting.Id));
        Assert.Null(_queue.Find("unknown"));
    }

    [Fact]
    public void The_latest_comes_first()
    {
        var (first, second, third) = (Submit("1"), Submit("2"), Submit("3"));

        Assert.Equal([third.Feed, second.Feed, first.Feed], _queue.All);
    }

    [Fact]
    public async Task A_hundred_may_wait_and_one_more_is_refused_until_the_next_has_its_turn()
    {
        for (var i = 0; i < 100; i++)
        {
            Submit($"{i}");
        }

        Assert.Null(_queue.Submit(Records.PlanOf("too many")));
        Assert.Equal(100, _queue.All.Count);
        await _queue.NextAsync();
        Assert.NotNull(_queue.Submit(Records.PlanOf("again")));
    }

    [Fact]
    public async Task Two_hundred_that_are_over_are_kept_and_those_that_are_not_over_all()
    {
        var underWay = Submit("under way");
        await _queue.NextAsync();
        var over = new List<SubmittedRun>();
        for (var i = 0; i < 205; i++)
        {
            over.Add(Submit($"{i}"));
            var run = (await _queue.NextAsync())!;
            run.Ended(new RunEnding.NotFormed("nobody came"), null);
            run.WorkersLeft();
        }

        var waiting = Submit("waiting");

        Assert.Equal([waiting.Feed, .. over.Skip(5).Select(run => run.Feed).Reverse(), underWay.Feed], _queue.All);
    }

    private SubmittedRun Submit(string name) => _queue.Submit(Records.PlanOf(name)) ?? throw new InvalidOperationException("the queue is full");
}
