using LoadGen.Core.Runs;
using Spectre.Console;

namespace LoadGen.Reports;

/// <summary>The result for a person at a terminal: the verdict, what became of the arrivals, how long they took, what failed.</summary>
internal static class Summary
{
    public static void Write(RunResult result, IAnsiConsole console)
    {
        console.WriteLine();
        console.MarkupLine($"{Badge(result.Run.Verdict)}  [bold]{Markup.Escape(result.Run.Name)}[/]  "
            + $"[grey]{Markup.Escape(result.Run.Id)} · {result.Run.DurationSeconds:0.##} s · {Markup.Escape(result.Run.Engine)}[/]");
        foreach (var reason in result.Run.Reasons)
        {
            console.MarkupLineInterpolated($"  [yellow]{reason}[/]");
        }

        console.WriteLine();
        WriteBooks(result, console);
        WriteLatencies(result, console);
        WriteNegotiated(result, console);
        WriteFailures(result, console);
        WriteThresholds(result, console);
        WriteFootnotes(result, console);
    }

    private static string Badge(string verdict) => verdict switch
    {
        "pass" => "[black on green] PASS [/]",
        "fail" => "[white on red] FAIL [/]",
        "inconclusive" => "[black on yellow] INCONCLUSIVE [/]",
        _ => "[black on yellow] ABORTED [/]",
    };

    private static void WriteBooks(RunResult result, IAnsiConsole console)
    {
        var books = result.Books;
        console.MarkupLine($"  scheduled [bold]{books.Scheduled:N0}[/] = completed [bold green]{books.Completed:N0}[/]"
            + $" + failed {Alarm(books.Failed)} + dropped {Alarm(books.Dropped)} + lost {Alarm(books.Lost)}"
            + $"    [grey]{result.Rate.CompletedPerSecond:N1} completed/s[/]");
        console.WriteLine();
    }

    private static string Alarm(long count) => count == 0 ? "0" : $"[bold red]{count:N0}[/]";

    private static void WriteLatencies(RunResult result, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.None).AddColumn(new TableColumn("[grey]ms[/]").NoWrap().PadLeft(0));
        foreach (var heading in (string[])["p50", "p90", "p95", "p99", "p99.9", "max", "mean"])
        {
            table.AddColumn(new TableColumn($"[grey]{heading}[/]").RightAligned().NoWrap().PadLeft(0).PadRight(2));
        }

        Add(table, "[bold]response[/]", result.LatencyMs.Response);
        Add(table, "[bold]handshake[/]", result.LatencyMs.Handshake);
        foreach (var (phase, distribution) in result.LatencyMs.Phases ?? new Dictionary<string, RunResult.Distribution>())
        {
            Add(table, $"[grey]  {phase}[/]", distribution);
        }

        if (table.Rows.Count > 0)
        {
            console.Write(new Padder(table, new Padding(2, 0, 0, 0)));
            console.WriteLine();
        }
    }

    private static void Add(Table table, string name, RunResult.Distribution? times)
    {
        if (times is not null)
        {
            double[] figures = [times.P50, times.P90, times.P95, times.P99, times.P999, times.Max, times.Mean];
            table.AddRow([name, .. figures.Select(Figures.Milliseconds)]);
        }
    }

    private static void WriteNegotiated(RunResult result, IAnsiConsole console)
    {
        foreach (var each in result.Negotiated)
        {
            console.MarkupLineInterpolated(
                $"  {each.Count,10:N0}  TLS {each.TlsVersion}  {each.CipherSuite}  {each.Group ?? "-"}  {(each.Resumed ? "resumed" : "full")}  [grey]{string.Join("  ", DetailsOf(each))}[/]");
        }

        if (result.Held is { } held)
        {
            console.MarkupLineInterpolated($"  {held.Connections,10:N0}  held open, {held.EndedByServer:N0} of them ended early by the server");
        }
    }

    internal static IEnumerable<string> DetailsOf(RunResult.NegotiatedPart each)
    {
        if (each.SignatureScheme is { } scheme)
        {
            yield return scheme;
        }

        if (each.Alpn is { } protocol)
        {
            yield return protocol;
        }

        if (each.HelloRetryRequest)
        {
            yield return "after HelloRetryRequest";
        }

        if (each.PreSharedKey)
        {
            yield return "pre-shared key";
        }

        if (each.ClientCertificate)
        {
            yield return "client certificate";
        }

        if (each.OcspStapled is { } stapled)
        {
            yield return stapled ? "OCSP stapled" : "no OCSP stapled";
        }

        yield return each.Success;
    }

    private static void WriteFailures(RunResult result, IAnsiConsole console)
    {
        foreach (var each in result.Failures)
        {
            console.MarkupLineInterpolated(
                $"  [red]{each.Count,10:N0}  {each.Kind}{(each.Alert is null ? "" : $" {each.Alert}")}[/]  in {each.Phase}, {each.Side}  [grey]{each.Target}: {each.Example}[/]");
        }

        if (result.Generator.RestedSeconds is { } rested)
        {
            console.MarkupLineInterpolated($"  [grey]connections of this closed load rested for {rested:0.#} s in all: 10 ms to 1 s after each failure, so as not to flood the server[/]");
        }
    }

    private static void WriteThresholds(RunResult result, IAnsiConsole console)
    {
        foreach (var each in result.Thresholds)
        {
            var mark = each.Pass ? "[green]held[/]  " : "[red]failed[/]";
            console.MarkupLine($"  {mark}  {Markup.Escape(each.Expression)}  [grey]observed {each.Observed?.ToString("0.####") ?? "nothing"}[/]");
        }
    }

    private static void WriteFootnotes(RunResult result, IAnsiConsole console)
    {
        console.WriteLine();
        if (result.Workers.Count > 1)
        {
            console.MarkupLineInterpolated(
                $"  [grey]workers    {string.Join("  ", result.Workers.Select(worker => $"{worker.Id} {worker.Books.Completed:N0}{(worker.LostAt is null ? "" : " (lost)")}"))}[/]");
        }

        foreach (var crypto in result.Run.Crypto)
        {
            console.MarkupLineInterpolated($"  [grey]crypto     {crypto}[/]");
        }

        if (result.Run.Checks == "lean")
        {
            console.MarkupLine("  [yellow]checks     lean: key shares reused, one server signature in 100 checked[/]");
        }

        WriteResumption(result, console);
        if (result.Generator.CpuMicrosPerHandshake is { } cpu)
        {
            console.MarkupLineInterpolated(
                $"  [grey]generator  {cpu:N0} us CPU per handshake · starts late by {result.Generator.ScheduleLagMs?.P99 ?? 0:N2} ms at p99 · GC pauses {result.Generator.GcPausePercent:0.##} %[/]");
        }

        if (result.BuiltInTarget is { } target)
        {
            console.MarkupLineInterpolated(
                $"  [grey]target     counted {target.Full:N0} full, {target.Resumed:N0} resumed, {target.Failed:N0} failed handshakes itself[/]");
        }
    }

    // A target may give out no session, or decline one: what was asked for is not what it cost.
    private static void WriteResumption(RunResult result, IAnsiConsole console)
    {
        if (result.Books.Completed == 0 || result.Profiles.All(profile => profile.ResumePercent is null))
        {
            return;
        }

        var asked = result.Profiles.Sum(profile => profile.Books.Completed * (profile.ResumePercent ?? 0)) / result.Books.Completed;
        var resumed = result.Negotiated.Where(each => each.Resumed).Sum(each => each.Count);
        var colour = resumed == 0 ? "yellow" : "grey";
        console.MarkupLine($"  [{colour}]resumption {resumed:N0} of {result.Books.Completed:N0} handshakes resumed a session, "
            + $"{100.0 * resumed / result.Books.Completed:0.0} % where {asked:0.0} % was asked for[/]");
    }
}
