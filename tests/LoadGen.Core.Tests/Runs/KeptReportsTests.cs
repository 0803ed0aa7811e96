using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>Each report is of as many handshakes as its number.</summary>
public sealed class KeptReportsTests
{
    private static readonly Plan Plan = RunStory.PlanOf(new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))));

    [Theory]
    [InlineData(0, 1, 4)]
    [InlineData(2, 3, 4)]
    [InlineData(4, null, null)]
    public void Reports_are_kept_until_a_checkpoint_covers_them(long dropped, int? first, int? last)
    {
        var kept = Keep(4).Drop(dropped);

        Assert.Equal((first, last), (kept.All.FirstOrDefault()?.Number, kept.All.LastOrDefault()?.Number));
    }

    [Fact]
    public void A_few_reports_are_not_merged_yet()
    {
        var kept = Keep(16);

        Assert.Same(kept, kept.Merge(16, Plan));
    }

    [Fact]
    public void Merged_reports_are_one_that_says_where_it_begins_and_has_all_their_counts()
    {
        var kept = Keep(20).Merge(18, Plan);

        Assert.Equal([(1L, 18L), (19L, 19L), (20L, 20L)], kept.All.Select(report => (report.First, report.Number)));
        Assert.Equal(0, kept.All[0].Before);
        var tally = new Tally(1, 1);
        tally.MergeEncoded(kept.All[0].EncodedTally);
        Assert.Equal(18 * 19 / 2, tally.Books.Completed);
        Assert.Equal(18 * 19 / 2, tally.Response.Count);
    }

    [Fact]
    public void Merged_reports_are_merged_with_those_that_come_after()
    {
        var kept = Keep(20).Merge(18, Plan);
        for (var number = 21; number <= 40; number++)
        {
            kept = kept.Add(ReportOf(number));
        }

        kept = kept.Merge(40, Plan);

        Assert.Equal((1, 40), (kept.All[0].First, Assert.Single(kept.All).Number));
        Assert.Equal(40 * 41 / 2, EncodedTally.Parse(kept.All[0].EncodedTally, 1, 1).Books.Completed);
    }

    [Fact]
    public void A_checkpoint_that_covers_merged_reports_lets_go_of_them_too()
        => Assert.Equal([19L, 20L], Keep(20).Merge(18, Plan).Drop(18).All.Select(report => report.Number));

    private static KeptReports Keep(int count) => Enumerable.Range(1, count).Aggregate(KeptReports.None, (kept, number) => kept.Add(ReportOf(number)));

    private static WorkerReport ReportOf(int number)
    {
        var tally = new Tally(1, 1);
        var negotiated = new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false);
        var took = TimeSpan.FromMilliseconds(1);
        for (var i = 0; i < number; i++)
        {
            tally.Record(new Sample(i, 0, 0, TimeSpan.Zero, TimeSpan.Zero, took, Outcome.Completed(negotiated, took, took, default, null)));
        }

        var usage = new GeneratorUsage("host:1", 2, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        return new WorkerReport(number, number, number * (number - 1) / 2, 0, usage, false, tally.Encode());
    }
}
