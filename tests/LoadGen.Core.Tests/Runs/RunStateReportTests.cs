using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

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
        Assert.DoesNotContain(run.Effects, effect => effect is RunEffect.CountLost or RunEffect.Prepare or RunEffect.Release or RunEffect.End);
    }

    [Fact]
    public void A_report_of_an_earlier_number_is_acknowledged_and_not_counted()
    {
        var run = RunStory.Of("a", "b").At(3).Reports("a", 50).Reports("a", 60).Reports("a", number: 1, completed: 50, inFlight: 0);

        Assert.Equal([new RunEffect.Acknowledge("a", 1)], run.Effects);
        Assert.Equal((110, 2), (run.BooksOf("a").Completed, run.State.Workers["a"].LastReport));
    }

    [Fact]
    public void What_a_report_told_of_that_never_came_is_lost()
    {
        var run = RunStory.Of("a", "b").At(3).Reports("a", 50).Step(RunStory.ReportOf("a", 3, 40, 0, final: false, before: 80));

        Assert.Equal([new RunEffect.Acknowledge("a", 3), new RunEffect.CountLost("a", 30)], run.Effects);
        Assert.Equal(new Books(120, 90, 0, 0, 30), run.BooksOf("a"));
        Assert.Equal(["reports of worker a are missing; 30 arrivals counted as lost"], run.Sentences);
    }

    [Fact]
    public void A_missing_report_that_comes_after_its_successor_is_not_counted_again()
    {
        var run = RunStory.Of("a", "b").At(3).Step(RunStory.ReportOf("a", 2, 40, 0, final: false, before: 30)).Step(RunStory.ReportOf("a", 1, 30, 0, final: false));

        Assert.Equal([new RunEffect.Acknowledge("a", 1)], run.Effects);
        Assert.Equal(new Books(70, 40, 0, 0, 30), run.BooksOf("a"));
    }

    [Fact]
    public void Of_merged_reports_that_were_counted_in_part_the_rest_is_lost()
    {
        var merged = RunStory.ReportOf("a", 3, 100, 0, final: false);
        var run = RunStory.Of("a", "b").At(3).Reports("a", 40).Step(merged with { Report = merged.Report with { First = 1 } });

        Assert.Empty(run.Counted);
        Assert.Equal(new Books(100, 40, 0, 0, 60), run.BooksOf("a"));
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

        Assert.Contains(new RunEffect.Assign("a"), run.IsHeard("a", version: 1).Effects);
        Assert.DoesNotContain(new RunEffect.Assign("a"), run.IsHeard("a", version: 2).Effects);
    }

    private static RunEvent MessageOf(string message, RunState state) => message switch
    {
        "registered" => new RunEvent.WorkerRegistered("a", "host"),
        "prepared" => new RunEvent.WorkerPrepared("c", "native"),
        "promise" => new RunEvent.AssignmentTaken("a", 1, state.Assignment!.Version, 0),
        "report" => RunStory.ReportOf("a", 1, 90, 0, final: false),
        "final report" => RunStory.ReportOf("a", 1, 90, 0, final: true),
        "leaving" => new RunEvent.WorkerLeaving("a"),
        "lost" => new RunEvent.WorkerLost("a"),
        _ => new RunEvent.WorkerHeard("a", "run", 1, 1, state.Assignment!.Version, TimeSpan.Zero),
    };
}
