using LoadGen.Core.Runs;

namespace LoadGen.Running.Outputs;

/// <summary>Results in a folder, one file each, named by their runs; those of earlier processes too. Safe for concurrent use.</summary>
/// <param name="folder">Where; <see langword="null"/> for nowhere.</param>
internal sealed class KeptResults(string? folder)
{
    /// <summary>How many of the latest are told of.</summary>
    private const int MostTold = 200;

    /// <summary>A result of a day's run has some megabytes; whatever is larger is something else.</summary>
    private const long LargestBytes = 256 << 20;

    private const string Ending = ".json";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTime Written, KeptResult? Result)> _read = new(StringComparer.Ordinal);

    /// <summary>The heads of the latest, the latest first. Files that are no results are passed over.</summary>
    public IReadOnlyList<KeptResult> All
    {
        get
        {
            lock (_lock)
            {
                return [.. Files().Select(HeadOf).OfType<KeptResult>()];
            }
        }
    }

    /// <summary>A result by its run's name; <see langword="null"/> if it is not kept here.</summary>
    public RunResult? Find(string id)
    {
        lock (_lock)
        {
            // Only what the folder lists is opened: a name from outside never becomes a path.
            return Files().FirstOrDefault(file => IdOf(file) == id) is { } file ? Read(file) : null;
        }
    }

    private KeptResult? HeadOf(FileInfo file)
    {
        if (!_read.TryGetValue(file.Name, out var known) || known.Written != file.LastWriteTimeUtc)
        {
            known = (file.LastWriteTimeUtc, Read(file) is { } result
                ? new KeptResult(IdOf(file), result.Run, result.Books, result.Rate, result.LatencyMs.Response, result.Workers.Count(worker => worker.LostAt is null))
                : null);
            _read[file.Name] = known;
        }

        return known.Result;
    }

    // Names of runs begin with their time, so they sort by it.
    private IEnumerable<FileInfo> Files()
    {
        var files = folder is null ? null : new DirectoryInfo(folder);
        try
        {
            return files is not { Exists: true }
                ? []
                : [.. files.EnumerateFiles("*" + Ending).Where(file => file.Length <= LargestBytes).OrderByDescending(file => file.Name, StringComparer.Ordinal).Take(MostTold)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static RunResult? Read(FileInfo file)
    {
        try
        {
            using var stream = file.OpenRead();
            var result = RunResultJson.Read(stream);
            return result.Run.Id == IdOf(file) ? result : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static string IdOf(FileInfo file) => file.Name[..^Ending.Length];
}

/// <summary>The head of a result that is kept in a folder.</summary>
internal sealed record KeptResult(string Id, RunResult.RunPart Run, RunResult.BooksPart Books, RunResult.RatePart Rate, RunResult.Distribution? Response, int Workers);
