using LoadGen.Core.Runs;
using Spectre.Console;

namespace LoadGen.Reports;

/// <summary>The result for a person at a terminal: the verdict, what became of the arrivals, how long they took, what failed.</summary>
internal sealed class Summary
{
    private const int NameColumns = 18;
    private const int LabelColumns = 14;

    private static readonly (string Heading, Func<RunResult.Distribution, double> Value)[] Columns =
    [
        ("p50", times => times.P50), ("p90", times => times.P90), ("p95", times => times.P95), ("p99", times => times.P99),
        ("p99.9", times => times.P999), ("max", times => times.Max), ("mean", times => times.Mean),
    ];

    private readonly RunResult _result;
    private readonly IAnsiConsole _console;

    private Summary(RunResult result, IAnsiConsole console) => (_result, _console) = (result, console);

    public static void Write(RunResult result, IAnsiConsole console)
    {
        var summary = new Summary(result, console);
        summary.WriteVerdict();
        summary.WriteBooks();
        summary.WriteLatencies();
        summary.WriteWire();
        summary.WriteNegotiated();
        summary.WriteAddresses();
        summary.WriteFailures();
        summary.WriteThresholds();
        summary.WriteFootnotes();
    }

    private void WriteVerdict()
    {
        var run = _result.Run;
        _console.WriteLine();
        WriteFlow(
            0,
            $"{Badge(run.Verdict)}  [bold]{Markup.Escape(run.Name)}[/]",
            $"[grey]{Markup.Escape(run.Id)}[/]",
            $"[grey]{run.DurationSeconds:0.##} s[/]",
            $"[grey]{Markup.Escape(run.Engine)}[/]");
        foreach (var reason in run.Reasons)
        {
            _console.MarkupLineInterpolated($"  [yellow]{reason}[/]");
        }

        foreach (var warning in _result.Warnings)
        {
            _console.MarkupLineInterpolated($"  [yellow]warning: {warning}[/]");
        }

        _console.WriteLine();
    }

    private static string Badge(string verdict) => verdict switch
    {
        "pass" => "[black on green] PASS [/]",
        "fail" => "[white on red] FAIL [/]",
        "inconclusive" => "[black on yellow] INCONCLUSIVE [/]",
        _ => "[black on yellow] ABORTED [/]",
    };

    private void WriteBooks()
    {
        var books = _result.Books;
        WriteFlow(
            LabelColumns,
            Label("arrivals", "default"),
            $"scheduled [bold]{books.Scheduled:N0}[/]",
            $"= completed [bold green]{books.Completed:N0}[/]",
            books.Partial is { } partial ? $"+ partial [bold]{partial:N0}[/]" : "",
            $"+ failed {Alarm(books.Failed)}",
            $"+ dropped {Alarm(books.Dropped)}",
            $"+ lost {Alarm(books.Lost)}");
        WriteFlow(LabelColumns, Label("rate", "default"), $"{_result.Rate.CompletedPerSecond:N1} completed/s");
        _console.WriteLine();
    }

    private static string Alarm(long count) => count == 0 ? "0" : $"[bold red]{count:N0}[/]";

    // A narrow terminal gets the columns in two tables: none is left out, and no figure is broken.
    private void WriteLatencies()
    {
        var rows = new[] { ("[bold]response[/]", _result.LatencyMs.Response), ("[bold]handshake[/]", _result.LatencyMs.Handshake) }
            .Concat((_result.LatencyMs.Phases ?? new Dictionary<string, RunResult.Distribution>())
                .Select(phase => ($"[grey]  {phase.Key}[/]", (RunResult.Distribution?)phase.Value)))
            .Where(row => row.Item2 is not null)
            .Select(row => (row.Item1, Figures: Columns.Select(column => Figures.Milliseconds(column.Value(row.Item2!))).ToArray()))
            .ToList();
        if (rows.Count == 0)
        {
            return;
        }

        var widths = Columns.Select((column, i) => rows.Max(row => row.Figures[i].Length) is var longest ? Math.Max(longest, column.Heading.Length) + 2 : 0).ToArray();
        for (var first = 0; first < Columns.Length;)
        {
            var count = 1;
            while (first + count < Columns.Length && 4 + NameColumns + widths.Skip(first).Take(count + 1).Sum() <= _console.Profile.Width)
            {
                count++;
            }

            WriteColumns(rows, first, count);
            first += count;
        }
    }

    private void WriteColumns(List<(string Name, string[] Figures)> rows, int first, int count)
    {
        var table = new Table().Border(TableBorder.None).AddColumn(new TableColumn("[grey]latency, ms[/]").NoWrap().Width(NameColumns).PadLeft(0).PadRight(2));
        foreach (var (heading, _) in Columns[first..(first + count)])
        {
            table.AddColumn(new TableColumn($"[grey]{heading}[/]").RightAligned().NoWrap().PadLeft(0).PadRight(2));
        }

        foreach (var (name, figures) in rows)
        {
            table.AddRow([name, .. figures[first..(first + count)]]);
        }

        _console.Write(new Padder(table, new Padding(2, 0, 0, 0)));
        _console.WriteLine();
    }

    private void WriteWire()
    {
        if (_result.Wire is not { BytesIn: { } received, BytesOut: { } sent } wire)
        {
            return;
        }

        WriteFlow(
            LabelColumns,
            [
                Label("wire", "default"),
                $"{Bytes(received, " in")}, {Bytes(sent, " out")}",
                .. wire.CertificateBytes is { } certificate ? [$"Certificate {Bytes(certificate)}"] : Array.Empty<string>(),
                .. wire.Flights is { } flights ? [$"{Range(flights)} flights"] : Array.Empty<string>(),
                .. wire.Retries is { Max: > 0 } ? [$"[yellow]{_result.Negotiated.Where(each => each.HelloRetryRequest).Sum(each => each.Count):N0} after HelloRetryRequest[/]"] : Array.Empty<string>(),
                .. wire.OverInitialWindow is > 0 and var over ? [$"[yellow]{over:N0} server flights over 10 segments[/]"] : Array.Empty<string>(),
                .. wire.Tcp is { } tcp ? [$"[grey]TCP rtt p50 {Figures.Milliseconds(tcp.RttMs.P50)} ms[/]", $"[grey]{tcp.RetransmitsTotal:N0} retransmits in {tcp.RttMs.Count:N0} sampled[/]"] : Array.Empty<string>(),
            ]);
        _console.WriteLine();
    }

    // Mostly all handshakes of a run are alike; then there is one figure.
    private static string Bytes(RunResult.Distribution bytes, string way = "")
        => bytes.Min == bytes.Max ? $"{bytes.Max:N0} bytes{way}" : $"{bytes.P50:N0} bytes{way} [grey](p99 {bytes.P99:N0}, max {bytes.Max:N0})[/]";

    private static string Range(RunResult.Distribution figures) => figures.Min == figures.Max ? $"{figures.Max:N0}" : $"{figures.Min:N0} to {figures.Max:N0}";

    private void WriteNegotiated()
    {
        foreach (var each in _result.Negotiated)
        {
            WriteFlow(
                LabelColumns,
                [
                    $"  [bold]{each.Count,10:N0}[/] handshakes",
                    $"TLS {each.TlsVersion}",
                    Markup.Escape(each.CipherSuite),
                    Markup.Escape(each.Group ?? "-"),
                    each.Resumed ? "resumed" : "full",
                    .. DetailsOf(each).Select(detail => $"[grey]{Markup.Escape(detail)}[/]"),
                ]);
        }

        foreach (var each in _result.Partial ?? [])
        {
            WriteFlow(
                LabelColumns,
                $"  [bold]{each.Count,10:N0}[/] stopped after {each.StoppedAfter}:",
                $"server kept {each.Kept:N0} open,",
                $"closed {each.Closed:N0},",
                $"reset {each.Reset:N0}",
                each.EndedAfterMs is { } after ? $"[grey]after p50 {Figures.Milliseconds(after.P50)} ms, max {Figures.Milliseconds(after.Max)} ms[/]" : "");
        }

        if (_result.Held is { } held)
        {
            WriteFlow(LabelColumns, $"  [bold]{held.Connections,10:N0}[/] connections held open,", $"{held.EndedByServer:N0} of them closed early by the server");
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

        if (each.CertificateCompression is { } algorithm)
        {
            yield return $"certificates in {algorithm}";
        }

        if (each is { ResumptionOffered: true, Resumed: false })
        {
            yield return "resumption refused";
        }

        if (each.EarlyData is { } fate)
        {
            yield return fate == "too_early" ? "early data accepted, HTTP status 425" : $"early data {fate}";
        }

        if (each.PreSharedKey)
        {
            yield return "pre-shared key";
        }

        if (each.ClientCertificateRequested || each.ClientCertificate)
        {
            yield return each.ClientCertificate ? "client certificate" : "no client certificate, though requested";
        }

        if (each.OcspStapled is { } stapled)
        {
            yield return stapled ? "OCSP stapled" : "no OCSP stapled";
        }

        yield return each.Success;
    }

    // One address is all of its target, and told already.
    private void WriteAddresses()
    {
        foreach (var target in _result.Targets.Where(target => target.Addresses.Count > 1))
        {
            foreach (var each in target.Addresses)
            {
                WriteFlow(
                    LabelColumns,
                    [
                        $"  [bold]{each.Books.Completed,10:N0}[/] at {Markup.Escape(each.Address)}",
                        .. _result.Targets.Count > 1 ? [$"[grey]({Markup.Escape(target.Name)})[/]"] : Array.Empty<string>(),
                        .. each.Books.Failed > 0 ? [$"[red]{each.Books.Failed:N0} failed[/]"] : Array.Empty<string>(),
                        .. each.HandshakeMs is { } times ? [$"[grey]p50 {Figures.Milliseconds(times.P50)} ms[/]", $"[grey]p99 {Figures.Milliseconds(times.P99)} ms[/]"] : Array.Empty<string>(),
                        .. each.PassedOver is { } passed ? [$"[yellow]passed over {passed.Count:N0} times:[/]", $"[yellow]{Markup.Escape(passed.Example)}[/]"] : Array.Empty<string>(),
                    ]);
            }
        }
    }

    private void WriteFailures()
    {
        foreach (var each in _result.Failures)
        {
            WriteFlow(
                LabelColumns,
                $"  [red]{each.Count,10:N0} failed[/]",
                $"[red]{Markup.Escape(each.Kind)}{(each.Alert is null ? "" : $" {Markup.Escape(each.Alert)}")}[/]",
                $"in {Markup.Escape(each.Phase)}",
                $"({Markup.Escape(each.Side)})",
                $"[grey]{Markup.Escape(each.Target)}: {Markup.Escape(each.Example)}[/]");
        }

        if (_result.Generator.RestedSeconds is { } rested)
        {
            WriteFlow(
                LabelColumns, Label("pauses"), $"[grey]{rested:0.#} s over all connections:[/]", "[grey]10 ms to 1 s after each failure,[/]", "[grey]to avoid flooding the server[/]");
        }
    }

    private void WriteThresholds()
    {
        var conditions = _result.Thresholds.Select(each => ThresholdText.Condition(each.Expression)).ToList();
        var longest = conditions.Select(condition => condition.Length).DefaultIfEmpty().Max();
        foreach (var (each, condition) in _result.Thresholds.Zip(conditions))
        {
            var mark = each.Pass ? "[green]ok    [/]" : "[red]FAILED[/]";
            WriteFlow(LabelColumns, $"  {mark}", Markup.Escape(condition.PadRight(longest)), $"[grey]({ThresholdText.Actual(each.Expression, each.Observed)})[/]");
        }
    }

    private void WriteFootnotes()
    {
        _console.WriteLine();
        if (_result.Workers.Count > 1)
        {
            WriteFlow(
                LabelColumns,
                [Label("workers"), .. _result.Workers.Select(worker => $"[grey]{Markup.Escape(worker.Id)} {worker.Books.Completed:N0} completed{(worker.LostAt is null ? "" : " (lost)")}[/]")]);
        }

        foreach (var crypto in _result.Run.Crypto)
        {
            WriteFlow(LabelColumns, Label("crypto"), $"[grey]{Markup.Escape(crypto)}[/]");
        }

        if (_result.Run.Checks == "lean")
        {
            WriteFlow(LabelColumns, Label("checks", "yellow"), "[yellow]lean: key shares reused,[/]", "[yellow]1 in 100 server signatures verified[/]");
        }

        WriteResumption();
        if (_result.Generator.CpuMicrosPerHandshake is { } cpu)
        {
            WriteFlow(
                LabelColumns,
                Label("generator"),
                $"[grey]{cpu:N0} {(_console.Profile.Capabilities.Unicode ? "µs" : "us")} CPU per handshake[/]",
                $"[grey]schedule lag p99 {Figures.Milliseconds(_result.Generator.ScheduleLagMs?.P99 ?? 0)} ms[/]",
                $"[grey]GC pauses {_result.Generator.GcPausePercent:0.##} % of the time[/]");
        }

        if (_result.BuiltInTarget is { } target)
        {
            WriteFlow(
                LabelColumns,
                Label("target"),
                "[grey]counted itself:[/]",
                $"[grey]{target.Full:N0} full[/]",
                $"[grey]{target.Resumed:N0} resumed[/]",
                $"[grey]{target.Failed:N0} failed handshakes[/]");
        }
    }

    // A target may give out no session, or decline one: what was asked for is not what it cost.
    private void WriteResumption()
    {
        if (_result.Books.Completed == 0 || _result.Resumption is null)
        {
            return;
        }

        var asked = _result.Profiles.Sum(profile => profile.Books.Completed * (profile.ResumePercent ?? 0)) / _result.Books.Completed;
        var part = _result.Resumption!;
        var colour = part.Resumed == 0 ? "yellow" : "grey";
        WriteFlow(
            LabelColumns,
            Label("resumption", colour),
            $"[{colour}]{part.Resumed:N0} of {_result.Books.Completed:N0} handshakes resumed a session[/]",
            $"[{colour}]({100.0 * part.Resumed / _result.Books.Completed:0.0} %, requested {asked:0.0} %)[/]",
            $"[{(part.Refused > 0 ? "yellow" : "grey")}]{part.Refused:N0} refused[/]",
            $"[grey]{part.Primed + part.PrimingFailed:N0} more handshakes made for their sessions[/]");
        if (part.EarlyData is { } data)
        {
            WriteFlow(
                LabelColumns,
                Label("early data"),
                $"[grey]{data.Accepted:N0} accepted[/]",
                $"[grey]{data.Rejected:N0} rejected[/]",
                $"[grey]{data.TooEarly:N0} accepted and answered with HTTP status 425[/]");
        }
    }

    private static string Label(string text, string colour = "grey") => $"  [{colour}]{text.PadRight(LabelColumns - 4)}[/]";

    private void WriteFlow(int indent, params IReadOnlyList<string> parts)
    {
        foreach (var line in Figures.Flow(parts, _console.Profile.Width, indent))
        {
            _console.MarkupLine(line);
        }
    }
}
