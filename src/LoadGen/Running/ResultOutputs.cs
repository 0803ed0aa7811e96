using System.Text;
using LoadGen.Commands;
using LoadGen.Core.Runs;

namespace LoadGen.Running;

/// <summary>
/// Where the result of a run goes: what --json names and the folder of --out. Opened before the load. A result that cannot go
/// where it should is kept elsewhere: what was measured is not lost.
/// </summary>
internal sealed class ResultOutputs : IDisposable
{
    private readonly Output? _json;
    private readonly ResultFolder? _folder;

    private ResultOutputs(Output? json, ResultFolder? folder) => (_json, _folder, Kept) = (json, folder, new KeptResults(folder?.Path));

    /// <summary>The results that are kept in the folder.</summary>
    public KeptResults Kept { get; }

    /// <param name="json">A file, <c>-</c>, or nowhere.</param>
    /// <param name="folder">Where each result is kept under its run's name, or nowhere.</param>
    /// <param name="problems">Takes what is wrong with them.</param>
    public static ResultOutputs Open(string? json, string? folder, Problems problems) => new(
        json is null ? null : Output.Open("--json", json, problems),
        folder is null ? null : ResultFolder.Open(folder, problems));

    /// <summary>Writes a result wherever it goes.</summary>
    /// <returns><see langword="null"/>, or a sentence: what went wrong, and where the result is instead.</returns>
    public string? Deliver(RunResult result)
    {
        var content = Encode(result);
        var name = $"{result.Run.Id}.json";
        var problems = new List<string>();
        string? place = null;
        if (_json is not null)
        {
            Try("--json", _json.Place, () => _json.Write(content), problems, ref place);
        }

        if (_folder is not null)
        {
            var file = Path.Combine(_folder.Path, name);
            Try("--out", file, () => _folder.Write(name, content), problems, ref place);
        }

        return problems.Count == 0 ? null : $"{string.Join("; ", problems)}; the result is in {place ?? KeepElsewhere(name, content, _json?.FolderBeside)}";
    }

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

    public void Dispose()
    {
        _json?.Dispose();
        _folder?.Dispose();
    }

    private static void Try(string flag, string place, Action write, List<string> problems, ref string? written)
    {
        try
        {
            write();
            written ??= place;
        }
        catch (Exception error) when (Output.IsExpected(error))
        {
            problems.Add($"{flag}: cannot write to '{place}': {Output.Reason(error)}");
        }
    }
}

/// <summary>A folder that results are put into, as --out names it.</summary>
/// <param name="path">Where it is; made if it is not there.</param>
internal sealed class ResultFolder(string path) : IDisposable
{
    private StagedFile? _first;

    public string Path => path;

    /// <summary>The folder, once it has been tried with the first file that goes there.</summary>
    /// <returns><see langword="null"/> if nothing can be put there.</returns>
    public static ResultFolder? Open(string path, Problems problems)
    {
        try
        {
            if (path.Length == 0 || File.Exists(path))
            {
                throw new IOException(path.Length == 0 ? "the name is empty" : "it is a file");
            }

            return new ResultFolder(path) { _first = Make(path) };
        }
        catch (Exception error) when (Output.IsExpected(error))
        {
            problems.Add($"--out: cannot write to '{path}': {Output.Reason(error)}; name another folder");
            return null;
        }
    }

    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written any more.</exception>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        using var staged = _first ?? Make(Path);
        _first = null;
        staged.Write(content);
        staged.MoveTo(System.IO.Path.Combine(Path, name));
    }

    public void Dispose() => _first?.Dispose();

    private static StagedFile Make(string path)
    {
        Directory.CreateDirectory(path);
        return new StagedFile(path);
    }
}
