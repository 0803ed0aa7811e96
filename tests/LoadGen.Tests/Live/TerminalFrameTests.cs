using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;
using LoadGen.Live;
using Markup = Spectre.Console.Markup;

namespace LoadGen.Tests.Live;

public sealed class TerminalFrameTests
{
    private static readonly Plan Plan = new()
    {
        Name = "gateway-before-renewal",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Stages([new Ramp(0, 2000, TimeSpan.FromSeconds(30)), new Constant(2000, TimeSpan.FromSeconds(90))]))),
    };

    private static readonly RunProgress Running = new()
    {
        RunId = "20261123-1547-81c0e0bf",
        Plan = Plan,
        Stage = RunStage.Running,
        Elapsed = TimeSpan.FromSeconds(60),
        Duration = TimeSpan.FromSeconds(120),
        LoadStage = 1,
        OfferedPerSecond = 2000,
        CompletedPerSecond = 1998,
        InFlight = 14,
        Ended = new Books(90_000, 89_900, 60, 30, 10),
        Response = new LatencySummary(89_900, default, default, TimeSpan.FromMilliseconds(3.14), default, default, TimeSpan.FromMilliseconds(1234.5), default, default, 0),
        Failures = [KeyValuePair.Create(FailureKind.ConnectionReset, 60L)],
        LastSecond = new RunSecond(59, 2000, 1998, 1, 0, TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(12.4)),
        Workers = [Worker("node-1-4711-0a2b", WorkerStage.Running), Worker("node-2-815-ffff", WorkerStage.Lost), Worker("[odd] name", WorkerStage.Finished)],
        WorkersExpected = 3,
    };

    [Fact]
    public void A_wide_terminal_shows_everything_in_few_lines()
    {
        var lines = Draw(Running, width: 120);

        Assert.Equal("gateway-before-renewal  01:00 of 02:00  01:00 left  stage 2 of 2", lines[0]);
        Assert.Equal("offered 2,000/s  achieved 1,998/s  completed 89,900  in flight 14  response p50 3.14 ms  p99 1,234 ms", lines[2]);
        Assert.Equal("  completed  █ 1,998/s", lines[3]);
        Assert.Equal("  p99        █ 12.4 ms", lines[4]);
        Assert.Equal("failed:  connection_reset 60  dropped 30  lost 10", lines[5]);
        Assert.Equal("workers 2  node-2-815-ffff lost  node-1-4711-0a2b  [odd] name done", lines[6]);
        Assert.Equal(7, lines.Count);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(40)]
    [InlineData(24)]
    public void No_line_is_wider_than_the_terminal(int width)
    {
        var many = Running with
        {
            Workers = [.. Enumerable.Range(1, 1000).Select(n => Worker($"loadgen-worker-with-a-long-name-{n}", n % 3 == 0 ? WorkerStage.Lost : WorkerStage.Running))],
            Failures = [.. Enum.GetValues<FailureKind>().Select(kind => KeyValuePair.Create(kind, 1_234_567L))],
            Stage = RunStage.Running,
        };

        var lines = Draw(many, width, seconds: 500);

        Assert.All(lines.Where(line => line.Contains(' ', StringComparison.Ordinal)), line => Assert.True(line.Length <= Math.Max(width, LongestPart), $"{line.Length} of {width}: {line}"));
        Assert.True(lines.Count < 60, $"{lines.Count} lines");
        Assert.Contains("and 992 more", string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_bar_shows_without_colour_what_is_done_and_where_stages_begin()
    {
        var (done, toCome) = StageBar.Of(Running, width: 40)!.Draw(unicode: true);

        Assert.Equal("━━━━━━━━━━┃━━━━━━━━━", done);
        Assert.Equal("────────────────────", toCome);
        Assert.Equal("==========|=========--------------------", string.Concat(StageBar.Of(Running, width: 40)!.Draw(unicode: false) is var (a, b) ? a + b : ""));
    }

    [Fact]
    public void A_load_that_only_a_count_bounds_has_no_bar()
    {
        var counted = Running with { Duration = null, OfferedPerSecond = null };

        Assert.Null(StageBar.Of(counted, width: 40));
        Assert.Equal("gateway-before-renewal  01:00", Draw(counted, width: 120)[0]);
        Assert.StartsWith("offered closed loop", Draw(counted, width: 120)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Past_its_end_a_run_has_nothing_left()
    {
        var late = StageBar.Of(Running with { Elapsed = TimeSpan.FromSeconds(125) }, width: 40)!;

        Assert.Equal((40, TimeSpan.Zero), (late.Done, late.Left));
    }

    [Fact]
    public void Before_the_load_it_tells_who_is_there()
        => Assert.Equal(["waiting for workers  3 of 4 joined"], Draw(Running with { Stage = RunStage.Forming, WorkersExpected = 4 }, width: 80));

    [Fact]
    public void A_second_is_kept_once_however_often_it_is_shown()
    {
        var history = new ProgressHistory();

        history.Add(Running);
        history.Add(Running);
        history.Add(Running with { LastSecond = new RunSecond(60, 2000, 2001, 0, 0, null, null) });

        Assert.Equal([1998, 2001], history.Completed);
        Assert.Equal([12.4, null], history.P99);
    }

    // A name or a kind is never broken, only cut.
    private const int LongestPart = 37;

    private static WorkerState Worker(string id, WorkerStage stage) => new(id, "host") { Stage = stage };

    private static List<string> Draw(RunProgress progress, int width, int seconds = 1)
    {
        var history = new ProgressHistory();
        for (var second = 60 - seconds; second < 60; second++)
        {
            history.Add(progress with { LastSecond = progress.LastSecond is { } last ? last with { T = second } : null });
        }

        return [.. new TerminalFrame(width, unicode: true).Draw(progress, history).Select(line => Markup.Remove(line))];
    }
}
