namespace LoadGen.Commands;

/// <summary>The name of a worker process in results.</summary>
internal static class WorkerName
{
    /// <summary>
    /// Host and process, easy to find again, and a random part: a container that is started anew has the same of both.
    /// </summary>
    public static string Own { get; } = $"{Host}-{Environment.ProcessId}-{Random.Shared.Next(0x10000):x4}";

    // A machine may be called anything; coordinators take letters, digits, dots, hyphens and underscores.
    private static string Host => string.Concat(Environment.MachineName.Take(100)
        .Select(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' ? character : '-'));
}
