namespace LoadGen.Core.Handshakes;

/// <summary>The names of the phases in results, metrics and thresholds.</summary>
public static class PhaseNames
{
    private static readonly string[] Names =
        ["dns", "tcp_connect", "starttls", "server_hello", "server_flight", "client_finished", "server_confirmed"];

    /// <summary>All names, in the order of <see cref="Phase"/>.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of a phase, such as <c>tcp_connect</c>.</summary>
    public static string Name(this Phase phase) => Names[(int)phase];

    /// <summary>Finds a phase by its name.</summary>
    public static bool TryParse(string name, out Phase phase)
    {
        var index = Array.IndexOf(Names, name);
        phase = index < 0 ? default : (Phase)index;
        return index >= 0;
    }
}
