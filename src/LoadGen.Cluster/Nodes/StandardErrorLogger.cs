using Akka.Actor;
using Akka.Event;

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
        Console.Error.WriteLine($"loadgen: {level}: {string.Concat(sentence.Text.Select(c => char.IsControl(c) ? '?' : c))}");
    }
}
