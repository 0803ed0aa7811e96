using Akka.Actor;
using Akka.Event;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// Writes warnings and errors to standard error, a line each; standard output belongs to results. What Akka says of connections
/// that broke and nodes that it cannot reach is left out: what it means for the run is told by those who decide about it.
/// </summary>
internal sealed class StandardErrorLogger : ReceiveActor
{
    public StandardErrorLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write, IsForUsers);
    }

    private static bool IsForUsers(LogEvent entry) => IsOf(entry, "LoadGen")
        || (entry.LogLevel() == LogLevel.ErrorLevel && !IsOf(entry, "Akka.Remote") && !IsOf(entry, "Akka.Cluster"));

    private static bool IsOf(LogEvent entry, string name) => IsIn(entry.LogClass, name) || IsIn(entry.Cause?.GetType(), name);

    private static bool IsIn(Type? type, string name) => type?.FullName?.StartsWith(name, StringComparison.Ordinal) == true;

    private static void Write(LogEvent entry)
    {
        var cause = entry.Cause is { } error ? $" ({error.GetType().Name}: {error.Message})" : "";
        var line = $"{entry.Message}{cause}".Split('\n')[0].TrimEnd();
        Console.Error.WriteLine($"loadgen: {(entry.LogLevel() == LogLevel.ErrorLevel ? "error" : "warning")}: {line}");
    }
}
