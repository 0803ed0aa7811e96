using LoadGen.Core.Runs;

namespace LoadGen.Core.Tests.Runs;

/// <summary>Messages may come twice, late, in another order or from an earlier epoch: each handshake is counted once.</summary>
public sealed class RunStateReportTests
{
    public static TheoryData<string> Messages => ["registered", "prepared", "promise", "report", "final report", "leaving", "lost", "heard"];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_that_comes_twice_does_what_it_does_once(string message)
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c");
        var happened = MessageOf(message, run.State);

        var once = run.Step(happened).State;
        var twice = run.Step(happened).State;

        Assert.Equal(once.Workers, twice.Workers);
        Assert.Equal((once.Stage, once.Books, once.Assignment), (twice.Stage, twice.Books, twice.Assignment));
        Assert.DoesNotContain(run.Effects, effect => effect is RunEffect.Merge or RunEffect.CountLost or RunEffect.Prepare or RunEffect.Dismiss or RunEffect.End);
    }

    [Fact]
    public void A_report_of_an_earlier_number_is_acknowledged_and_not_counted()
    {
        var run = RunStory.Of("a", "b").At(3).Reports("a", 50).Reports("a", 60).Reports("a", number: 1, completed: 50, inFlight: 0);

        Assert.Equal([new RunEffect.Acknowledge("a", 1)], run.Effects);
        Assert.Equal((110, 2), (run.BooksOf("a").Completed, run.State.Workers["a"].LastReport));
    }

    [Fact]
    public void A_report_that_overtakes_another_waits_for_its_repetition()
    {
        var run = RunStory.Of("a", "b").At(3).Reports("a", number: 2, completed: 60, inFlight: 0);

        Assert.Empty(run.Effects);
        run.Reports("a", number: 1, completed: 50, inFlight: 0).Reports("a", number: 2, completed: 60, inFlight: 0);
        Assert.Equal([new RunEffect.Merge("a"), new RunEffect.Acknowledge("a", 2)], run.Effects);
        Assert.Equal(110, run.BooksOf("a").Completed);
    }

    [Fact]
    public void A_report_of_an_earlier_epoch_counts_for_its_worker_like_any_other()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("b", 100).Leaves("b").Promises("a").Promises("b").At(3).Reports("b", 30);

        Assert.Equal((260, "a"), run.Division);
        Assert.Equal(130, run.BooksOf("b").Completed);
    }

    [Theory]
    [InlineData("c")]
    [InlineData("stranger")]
    public void A_report_of_a_worker_that_was_given_nothing_is_not_counted(string worker)
    {
        var run = RunStory.Of("a", "b").At(2).Registers("c").Step(RunStory.ReportOf(worker, 1, 20, 0, final: false));

        Assert.Empty(run.Effects);
        Assert.Equal(0, run.State.Books.Scheduled);
    }

    [Fact]
    public void What_is_under_way_is_what_the_latest_report_says()
    {
        var run = RunStory.Of("a", "b").At(2).Reports("a", 90, inFlight: 8).Reports("a", 50, inFlight: 3).Reports("a", number: 1, completed: 90, inFlight: 8);

        Assert.Equal(3, run.State.Workers["a"].InFlight);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_promise_about_another_assignment_than_the_present_one_means_nothing(int version)
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c").Promises("a", reached: 999, version: version);

        Assert.Equal((260, "a b"), (run.State.Pending!.From, string.Join(' ', run.State.Pending.Awaited.Order())));
    }

    [Fact]
    public void A_worker_that_goes_by_an_earlier_assignment_is_sent_the_present_one_again()
    {
        var run = RunStory.Of("a", "b").At(2).Joins("c");

        Assert.Equal([new RunEffect.Assign("a")], run.IsHeard("a", version: 1).Effects);
        Assert.Empty(run.IsHeard("a", version: 2).Effects);
    }

    private static RunEvent MessageOf(string message, RunState state) => message switch
    {
        "registered" => new RunEvent.WorkerRegistered("a", "host"),
        "prepared" => new RunEvent.WorkerPrepared("c", "native"),
        "promise" => new RunEvent.AssignmentTaken("a", state.Assignment!.Version, 0),
        "report" => RunStory.ReportOf("a", 1, 90, 0, final: false),
        "final report" => RunStory.ReportOf("a", 1, 90, 0, final: true),
        "leaving" => new RunEvent.WorkerLeaving("a"),
        "lost" => new RunEvent.WorkerLost("a"),
        _ => new RunEvent.WorkerHeard("a", state.Assignment!.Version),
    };
}
