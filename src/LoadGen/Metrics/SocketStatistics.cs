namespace LoadGen.Metrics;

/// <summary>How many TCP sockets the network namespace has, as the kernel of Linux tells in <c>/proc/net/sockstat</c>.</summary>
internal static class SocketStatistics
{
    private const string Path = "/proc/net/sockstat";

    // The names in the file, and those of the metric.
    private static readonly (string Word, string State)[] States = [("inuse", "in_use"), ("orphan", "orphan"), ("tw", "time_wait")];

    /// <summary>Sockets by state; none where the system does not tell.</summary>
    public static IEnumerable<(string State, long Count)> Read()
    {
        try
        {
            return Parse(File.ReadAllText(Path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Reads the text of the file: a line such as <c>TCP: inuse 4 orphan 0 tw 12 alloc 6 mem 0</c>.</summary>
    public static IReadOnlyList<(string State, long Count)> Parse(string text)
    {
        var words = text.Split('\n').FirstOrDefault(line => line.StartsWith("TCP: ", StringComparison.Ordinal))?.Split(' ') ?? [];
        var counts = new List<(string, long)>();
        foreach (var (word, state) in States)
        {
            if (Array.IndexOf(words, word) is >= 0 and var at && at + 1 < words.Length && long.TryParse(words[at + 1], out var count))
            {
                counts.Add((state, count));
            }
        }

        return counts;
    }
}
