namespace LoadGen.Commands;

/// <summary>The name of a worker process in results.</summary>
internal static class WorkerName
{
    /// <summary>Host and process: unique among the hosts of a cluster, and easy to find again.</summary>
    public static string Own { get; } = $"{Environment.MachineName}-{Environment.ProcessId}";
}
