using LoadGen.Core.Handshakes;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using LoadGen.Running;

namespace LoadGen.Tests.Running;

public sealed class RunFeedTests
{
    private readonly List<string> _stops = [];
    private readonly RunFeed _feed;

    public RunFeedTests() => _feed = new RunFeed("run-1", null, _stops.Add, new ChangeSignal(), TimeProvider.System);

    [Fact]
    public void A_day_of_progress_keeps_ten_minutes_of_seconds_and_500_events()
    {
        for (var second = 0; second < 86_400; second++)
        {
            _feed.Progressed(At(second, second % 2 == 0 ? [Worker($"worker-{second}")] : []));
        }

        Assert.Equal(RunFeed.MostSeconds, _feed.Seconds.Count);
        Assert.Equal((86_399 - RunFeed.MostSeconds + 1, 86_399), (_feed.Seconds[0].T, _feed.Seconds[^1].T));
        Assert.Equal(RunFeed.MostNotes, _feed.Notes.Count);
    }

    [Fact]
    public void A_second_that_is_told_twice_is_kept_once()
    {
        _feed.Progressed(At(1));
        _feed.Progressed(At(1) with { Stage = RunStage.Stopping });

        Assert.Single(_feed.Seconds);
    }

    [Fact]
    public void Each_notable_thing_is_told_once()
    {
        var back = Worker("b") with { Stage = WorkerStage.Lost, Books = new Books(9, 0, 0, 0, 9) };
        RunProgress[] views =
        [
            At(0, []) with { Stage = RunStage.Forming },
            At(0, Worker("a"), Worker("b")) with { Stage = RunStage.Preparing },
            At(1, Worker("a"), Worker("b")),
            At(2, Worker("a"), Worker("b")) with { Failures = [KeyValuePair.Create(FailureKind.ConnectionReset, 3L)], Ended = new Books(9, 4, 3, 2, 0) },
            At(3, Worker("a"), back with { Books = default }) with { Failures = [KeyValuePair.Create(FailureKind.ConnectionReset, 8L)], Ended = new Books(9, 4, 3, 2, 0) },
            At(4, Worker("a") with { IsLeaving = true }, back) with { LoadStage = 1, Ended = new Books(9, 4, 3, 2, 0) },
            At(5, Worker("a") with { IsLeaving = true }, back with { LastReport = 7 }) with { LoadStage = 1, Stage = RunStage.Ended, Ended = new Books(9, 4, 3, 2, 0) },
        ];
        foreach (var view in views)
        {
            _feed.Progressed(view);
            _feed.Progressed(view);
        }

        Assert.Equal(
            [
                NoteKind.Stage, NoteKind.Stage, NoteKind.WorkerJoined, NoteKind.WorkerJoined, NoteKind.Stage, NoteKind.Failure, NoteKind.Dropped, NoteKind.WorkerLost,
                NoteKind.Stage, NoteKind.WorkerLeft, NoteKind.WorkerLost, NoteKind.Stage, NoteKind.WorkerBack,
            ],
            _feed.Notes.Select(note => note.Kind));
    }

    [Fact]
    public void Stopping_twice_is_one_event_and_a_run_that_is_over_is_not_stopped()
    {
        _feed.Stop("first");
        _feed.Stop("second");
        _feed.End(new UnfinishedRun(["the cluster did not form"], ExitCode.NotFormed));
        _feed.Stop("third");

        Assert.Equal(["first", "second"], _stops);
        Assert.Equal([NoteKind.StopRequested, NoteKind.Unfinished], _feed.Notes.Select(note => note.Kind));
    }

    [Fact]
    public async Task Whoever_waits_for_a_change_that_came_while_it_read_does_not_wait()
    {
        var changes = new ChangeSignal();
        var feed = new RunFeed("run-1", null, _stops.Add, changes, TimeProvider.System);

        var next = changes.Next;
        feed.Progressed(At(1));

        await next.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(changes.Next.IsCompleted);
    }

    private static WorkerState Worker(string id) => new(id, "host") { Stage = WorkerStage.Running };

    private static RunProgress At(int second, params WorkerState[] workers) => new()
    {
        RunId = "run-1",
        Stage = RunStage.Running,
        Elapsed = TimeSpan.FromSeconds(second + 1),
        Workers = workers,
        LastSecond = new RunSecond(second, 100, 100, 0, 0, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(9)),
    };
}
