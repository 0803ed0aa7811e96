using Akka.Actor;
using Akka.Event;

namespace LoadGen.Cluster.Nodes;

/// <summary>Writes the actor system's warnings and errors to standard error; standard output belongs to results.</summary>
internal sealed class StandardErrorLogger : ReceiveActor
{
    public StandardErrorLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(entry => Console.Error.WriteLine(
            $"loadgen: {(entry.LogLevel() == LogLevel.ErrorLevel ? "error" : "warning")}: {entry.Message}{(entry.Cause is { } cause ? $" ({cause.GetType().Name}: {cause.Message})" : "")}"));
    }
}
