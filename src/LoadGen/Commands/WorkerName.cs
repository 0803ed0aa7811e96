namespace LoadGen.Commands;

/// <summary>The name of a worker process in results.</summary>
internal static class WorkerName
{
    /// <summary>
    /// Host and process, easy to find again, and a random part: a container that is started anew has the same of both.
    /// </summary>
    public static string Own { get; } = $"{Environment.MachineName}-{Environment.ProcessId}-{Random.Shared.Next(0x10000):x4}";
}
