namespace LoadGen.TestServers.Servers;

/// <summary>What <c>openssl s_server</c> itself has counted since its start.</summary>
/// <param name="Finished">Handshakes that it completed, full and resumed.</param>
/// <param name="Hits">Sessions that it resumed, by id or ticket.</param>
/// <param name="Misses">Session ids that it was asked for and did not know.</param>
/// <param name="Timeouts">Sessions that it was asked for and that were too old.</param>
public sealed record OpensslStatistics(int Finished, int Hits, int Misses, int Timeouts)
{
    private const string LastCounter = "cache full overflows";

    /// <summary>Whether a line ends the statistics.</summary>
    internal static bool IsLast(string line) => line.Contains(LastCounter, StringComparison.Ordinal);

    /// <summary>Reads the statistics that were written last.</summary>
    internal static OpensslStatistics ParseLast(IEnumerable<string> lines)
    {
        var counters = lines.ToList();
        return new OpensslStatistics(
            Counter("server accepts that finished"), Counter("session cache hits"), Counter("session cache misses"), Counter("session cache timeouts"));

        // A line is a number and what was counted.
        int Counter(string name) => int.Parse(counters.FindLast(line => line.EndsWith(name, StringComparison.Ordinal))!.TrimStart().Split(' ')[0]);
    }
}
