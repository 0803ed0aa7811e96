using Akka.Actor;
using Akka.Event;
using LoadGen.Cluster.Nodes.Links;
using LoadGen.Core.Handshakes;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// Writes the actor system's warnings and errors to standard error; standard output belongs to results. It never fails: its
/// failure would be logged, which is to say told to itself.
/// </summary>
internal sealed class StandardErrorLogger : ReceiveActor
{
    // Enough for every peer of a large cluster; strangers cannot make it grow without end.
    private const int MostRemembered = 1000;

    private readonly HashSet<string> _said = [];

    public StandardErrorLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(TryWrite);
    }

    private void TryWrite(LogEvent entry)
    {
        try
        {
            Write(entry);
        }
        catch (Exception)
        {
            // An entry that cannot be put into words, or a standard error that takes none: there is nowhere to say so.
        }
    }

    private void Write(LogEvent entry)
    {
        if (LogSentences.Of(entry) is not { } sentence || (sentence.Once && !_said.Add(sentence.Text)))
        {
            return;
        }

        if (_said.Count > MostRemembered)
        {
            _said.Clear();
        }

        var level = entry.LogLevel() == LogLevel.ErrorLevel ? "error" : "warning";
        // Names in certificates are the peer's words: they must not steer the terminal.
        Console.Error.WriteLine($"loadgen: {level}: {BoundedText.Of(sentence.Text)}");
    }
}

/// <summary>
/// Makes one readable sentence of what is logged. Akka tells at length, several times over, and with advice that does not fit;
/// a peer that keeps trying would fill the terminal.
/// </summary>
internal static class LogSentences
{
    /// <summary>The sentence for an entry, and whether it is worth saying once only; <see langword="null"/> if another entry says it.</summary>
    public static (string Text, bool Once)? Of(LogEvent entry)
    {
        var (format, values) = entry.Message is LogMessage message ? (message.Format, message.Parameters().ToArray()) : ("", []);
        if (format == NodeTransport.Sentence)
        {
            return ($"{values[0]}", true);
        }

        if (format.StartsWith("Dropping message [{0}] for non-local recipient", StringComparison.Ordinal))
        {
            return ($"ignoring messages addressed to {values[2]}: the sender uses another --cluster-id or --seed address", true);
        }

        // The advice in it, to add the serializer that was asked for, is the last thing to do.
        if (format.StartsWith("Deserialization failed for message", StringComparison.Ordinal))
        {
            return (FirstLine(entry.Cause?.Message ?? "a message from another node could not be read"), true);
        }

        if (!IsForUsers(entry))
        {
            return null;
        }

        var text = $"{entry.Message}{(entry.Cause is { } cause ? $" ({cause.GetType().Name}: {cause.Message})" : "")}";
        return (FirstLine(text), false);
    }

    // What Akka says of connections that broke and nodes that it cannot reach is left out: what it means for the run is told by
    // those who decide about it.
    private static bool IsForUsers(LogEvent entry) => IsOf(entry, "LoadGen")
        || (entry.LogLevel() == LogLevel.ErrorLevel && !IsOf(entry, "Akka.Remote") && !IsOf(entry, "Akka.Cluster"));

    private static bool IsOf(LogEvent entry, string name) => IsIn(entry.LogClass, name) || IsIn(entry.Cause?.GetType(), name);

    private static bool IsIn(Type? type, string name) => type?.FullName?.StartsWith(name, StringComparison.Ordinal) == true;

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd('\r');
}
