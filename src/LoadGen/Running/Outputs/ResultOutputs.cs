using System.Text;
using LoadGen.Commands;
using LoadGen.Core.Runs;
using LoadGen.Reports;
using Spectre.Console;

namespace LoadGen.Running.Outputs;

/// <summary>Something that the outcome of a run goes to: a file, a folder, the terminal. Opened before the load, so that what cannot be written is found out in time.</summary>
internal interface IResultSink : IDisposable
{
    /// <summary>The flag that asks for it, for messages.</summary>
    string Flag { get; }

    /// <summary>Whether the whole result can be read from it. A result that is in no such sink is kept elsewhere.</summary>
    bool HoldsResult { get; }

    /// <summary>For people: where a result goes.</summary>
    string PlaceOf(RunResult result);

    /// <summary>Writes the outcome of a run that has a result.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written any more.</exception>
    void Write(FinishedRun run);

    /// <summary>Writes why a run has no result; most have nothing to write then.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written any more.</exception>
    void Write(UnfinishedRun run)
    {
    }
}

/// <summary>A kind of output, as the command line has it.</summary>
/// <param name="Flag">Its flag.</param>
/// <param name="Value">What the help calls its value.</param>
/// <param name="Help">One sentence for the help.</param>
/// <param name="Remedy">What to do if it cannot be written.</param>
/// <param name="Open">Opens what the value names; an <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> is told to the user.</param>
internal sealed record OutputKind(string Flag, string Value, string Help, string Remedy, Func<string, IResultSink> Open)
{
    /// <summary>Every kind, in the order of writing: what holds the result first. A new kind is a file with its sink, and a line here.</summary>
    public static IReadOnlyList<OutputKind> All { get; } = [JsonFile.Kind, ResultFolder.Kind, TerminationLog.Kind];

    /// <summary>Another name of the flag, such as <c>-o</c>.</summary>
    public string? Alias { get; init; }

    /// <summary>Opens it, or tells why it cannot be written.</summary>
    public IResultSink? TryOpen(string value, Problems problems) => Output.TryOpen(Flag, value, Remedy, Open, problems);
}

/// <summary>All that the outcome of a run goes to. A result that cannot go where it should is kept elsewhere: what was measured is not lost.</summary>
internal sealed class ResultOutputs(params IReadOnlyList<IResultSink> sinks) : IDisposable
{
    /// <summary>The results that are kept in a folder.</summary>
    public KeptResults Kept { get; } = new(sinks.OfType<ResultFolder>().FirstOrDefault()?.Path);

    /// <summary>The result as its JSON file has it.</summary>
    public static byte[] Encode(RunResult result)
    {
        using var json = new MemoryStream();
        RunResultJson.Write(result, json);
        return json.ToArray();
    }

    /// <summary>Keeps a result that cannot go where it should.</summary>
    /// <param name="name">Its file's name.</param>
    /// <param name="content">The result.</param>
    /// <param name="beside">The first folder to try.</param>
    /// <returns>Where it is.</returns>
    public static string KeepElsewhere(string name, byte[] content, string? beside)
    {
        foreach (var folder in ((string?[])[beside, Environment.CurrentDirectory, Path.GetTempPath()]).OfType<string>())
        {
            var file = Path.Combine(folder, name);
            try
            {
                using var staged = new StagedFile(folder);
                staged.Write(content);
                staged.MoveTo(file);
                return file;
            }
            catch (Exception error) when (Output.IsExpected(error))
            {
                // The next folder may have room.
            }
        }

        Console.Out.WriteLine(Encoding.UTF8.GetString(content));
        return "standard output";
    }

    /// <summary>Writes the outcome wherever it goes.</summary>
    /// <returns>The exit code, and what went wrong: sentences for standard error.</returns>
    public (int ExitCode, IReadOnlyList<string> Problems) Deliver(FinishedRun run)
    {
        var (problems, warnings) = (new List<string>(), new List<string>());
        string? place = null;
        foreach (var sink in sinks.Where(sink => sink.HoldsResult))
        {
            if (Try(sink, run.Result, () => sink.Write(run), problems))
            {
                place ??= sink.PlaceOf(run.Result);
            }
        }

        if (problems.Count > 0)
        {
            place ??= KeepElsewhere($"{run.Result.Run.Id}.json", Encode(run.Result), sinks.OfType<JsonFile>().FirstOrDefault()?.FolderBeside);
            problems = [$"{string.Join("; ", problems)}; the result is in {place}"];
        }

        // What is told of the run tells of this too.
        var told = problems.Count == 0 ? run : run with { ExitCode = ExitCode.Fault };
        foreach (var sink in sinks.Where(sink => !sink.HoldsResult))
        {
            _ = Try(sink, run.Result, () => sink.Write(told), warnings);
        }

        return (told.ExitCode, [.. warnings.Select(warning => $"warning: {warning}"), .. problems]);
    }

    /// <summary>Writes why there is no result.</summary>
    /// <returns>What went wrong: sentences for standard error.</returns>
    public IReadOnlyList<string> Deliver(UnfinishedRun run)
    {
        var warnings = new List<string>();
        foreach (var sink in sinks)
        {
            _ = Try(sink, null, () => sink.Write(run), warnings);
        }

        return [.. warnings.Select(warning => $"warning: {warning}")];
    }

    public void Dispose()
    {
        foreach (var sink in sinks)
        {
            sink.Dispose();
        }
    }

    private static bool Try(IResultSink sink, RunResult? result, Action write, List<string> problems)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception error) when (Output.IsExpected(error))
        {
            problems.Add($"{sink.Flag}: cannot write{(result is null ? "" : $" to '{sink.PlaceOf(result)}'")}: {Output.Reason(error)}");
            return false;
        }
    }
}

/// <summary>The result as one JSON file, pipe or standard output.</summary>
internal sealed class JsonFile(Output output) : IResultSink
{
    public static OutputKind Kind { get; } = new(
        "--json", "FILE|-", "Write the result as JSON; - for standard output.", "name another file", path => new JsonFile(Output.Open(path)));

    public string Flag => Kind.Flag;

    public bool HoldsResult => true;

    /// <summary>Where the result can go instead.</summary>
    public string? FolderBeside => output.FolderBeside;

    public string PlaceOf(RunResult result) => output.Place;

    public void Write(FinishedRun run) => output.Write(ResultOutputs.Encode(run.Result));

    public void Dispose() => output.Dispose();
}

/// <summary>A folder that results are put into, each under its run's name.</summary>
/// <param name="path">Where it is; made if it is not there.</param>
internal sealed class ResultFolder(string path) : IResultSink
{
    private StagedFile? _first;

    public static OutputKind Kind { get; } = new(
        "--out", "DIR", "Keep the result there, as RUN.json; the live page shows what is kept there.", "name another folder", Open)
    {
        Alias = "-o",
    };

    public string Path => path;

    public string Flag => Kind.Flag;

    public bool HoldsResult => true;

    /// <summary>The folder, once it has been tried with the first file that goes there.</summary>
    /// <exception cref="IOException">Nothing can be put there.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be put there.</exception>
    public static ResultFolder Open(string path) => path.Length == 0 || File.Exists(path)
        ? throw new IOException(path.Length == 0 ? "the name is empty" : "it is a file")
        : new ResultFolder(path) { _first = Make(path) };

    public string PlaceOf(RunResult result) => System.IO.Path.Combine(path, NameOf(result));

    public void Write(FinishedRun run) => Write(NameOf(run.Result), ResultOutputs.Encode(run.Result));

    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written any more.</exception>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        using var staged = _first ?? Make(path);
        _first = null;
        staged.Write(content);
        staged.MoveTo(System.IO.Path.Combine(path, name));
    }

    public void Dispose() => _first?.Dispose();

    private static string NameOf(RunResult result) => $"{result.Run.Id}.json";

    private static StagedFile Make(string path)
    {
        Directory.CreateDirectory(path);
        return new StagedFile(path);
    }
}

/// <summary>The file that Kubernetes takes a container's last word from.</summary>
internal sealed class TerminationLog(Output output) : IResultSink
{
    public static OutputKind Kind { get; } = new(
        "--termination-log",
        "FILE",
        "Write the result in short here at the end, as JSON of less than 4,096 bytes; for Kubernetes.",
        "name another file",
        path => new TerminationLog(Output.Open(path)));

    public string Flag => Kind.Flag;

    public bool HoldsResult => false;

    public string PlaceOf(RunResult result) => output.Place;

    public void Write(FinishedRun run) => output.Write(TerminationMessage.Of(run.Result, run.ExitCode).Encode());

    public void Write(UnfinishedRun run) => output.Write(TerminationMessage.Of(run.Sentences, run.ExitCode).Encode());

    public void Dispose() => output.Dispose();
}

/// <summary>The summary on the terminal.</summary>
internal sealed class SummaryText(IAnsiConsole console) : IResultSink
{
    public string Flag => "summary";

    public bool HoldsResult => false;

    public string PlaceOf(RunResult result) => "the terminal";

    public void Write(FinishedRun run) => Summary.Write(run.Result, console);

    public void Dispose()
    {
    }
}
