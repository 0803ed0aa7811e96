using System.Text.RegularExpressions;
using LoadGen.Core.Runs;
using LoadGen.Reports;
using LoadGen.Tests.Running;
using Spectre.Console;

namespace LoadGen.Tests.Reports;

public sealed partial class SummaryTests
{
    [Fact]
    public void Thresholds_stand_in_columns_with_what_was_measured()
    {
        var lines = Write(width: 200);

        Assert.Contains("  ok      p99 < 50ms       (actual 7.74 ms)", lines);
        Assert.Contains("  FAILED  failures < 0.1%  (actual 33.3 %)", lines);
        Assert.Contains("  FAILED  dns.max < 1ms    (no samples)", lines);
    }

    [Fact]
    public void Every_figure_has_its_unit()
    {
        var text = string.Join('\n', Write(width: 200));

        Assert.Contains("arrivals    scheduled 100  = completed 100  + partial 9  + failed 0  + dropped 0  + lost 0", text, StringComparison.Ordinal);
        Assert.Contains("rate        10.0 completed/s", text, StringComparison.Ordinal);
        Assert.Contains("µs CPU per handshake  schedule lag p99 2.50 ms  GC pauses 0 % of the time", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_handshakes_cost_on_the_network_stands_in_one_line()
        => Assert.Contains("  wire        2,345 bytes in, 500 bytes out  Certificate 1,200 bytes  3 flights  7 server flights over 10 segments", Write(width: 200));

    [Fact]
    public void Handshakes_that_were_stopped_on_purpose_are_told_with_what_became_of_their_connections()
    {
        var lines = Write(width: 200);

        Assert.Contains("  arrivals    scheduled 100  = completed 100  + partial 9  + failed 0  + dropped 0  + lost 0", lines);
        Assert.Contains("           9 stopped after client_hello:  server kept 1 open,  closed 5,  reset 3  after p50 7.00 ms, max 7.00 ms", lines);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void No_figure_is_broken_or_left_out_however_narrow_the_terminal(int width)
    {
        var lines = Write(width);

        Assert.All(lines, line => Assert.True(line.Length <= width, $"{line.Length} columns: {line}"));
        Assert.Equal(Figure().Matches(string.Join(' ', Write(width: 500))).Select(found => found.Value).Order(), Figure().Matches(string.Join(' ', lines)).Select(found => found.Value).Order());
    }

    [Fact]
    public void A_warning_stands_under_the_verdict()
        => Assert.Contains("  warning: refusals are not seen", Write(width: 200, "refusals are not seen"));

    private static List<string> Write(int width, params string[] warnings)
    {
        var finished = FinishedRun(lagMs: 2.5);
        var result = finished with
        {
            Books = finished.Books with { Partial = 9 },
            Warnings = warnings,
            Partial = [new RunResult.PartialPart("client_hello", 9, 1, 5, 3, Always(7))],
            Wire = new RunResult.WirePart(Always(2345), Always(500), Always(1200))
            {
                BytesTotal = new RunResult.WireTotal(234_500, 50_000), Flights = Always(3), Retries = Always(0), OverInitialWindow = 7,
            },
            Thresholds = [new("p99<50ms", 7.739, true), new("failures<0.1%", 0.333333, false), new("dns.max<1ms", null, false)],
        };
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        Summary.Write(result, console);
        return [.. text.ToString().Split('\n').Select(line => line.TrimEnd())];
    }

    private static RunResult.Distribution Always(double figure) => new(100, figure, figure, figure, figure, figure, figure, figure, figure, null);

    private static RunResult FinishedRun(double lagMs)
    {
        var record = Records.Of(lagMs: lagMs);
        return RunResultBuilder.Build(record, Verdict.Of(record));
    }

    [GeneratedRegex(@"(?<![\w.])[\d,]+(\.\d+)?(?![\w.])")]
    private static partial Regex Figure();
}
