using Akka.Actor;
using Akka.Event;
using LoadGen.Cluster.Nodes;

namespace LoadGen.Cluster.Tests.Nodes;

public sealed class StandardErrorLoggerTests
{
    [Fact]
    public async Task An_entry_that_cannot_be_put_into_words_makes_no_further_entry()
    {
        using var system = ActorSystem.Create("logging", "akka { loggers = [], stdout-loglevel = OFF, loglevel = ERROR }");
        var logger = system.ActorOf(Props.Create<StandardErrorLogger>());
        var entries = system.ActorOf(Props.Create<Entries>());
        system.EventStream.Subscribe(entries, typeof(Error));

        logger.Tell(new Error(new InvalidOperationException("first"), "source", typeof(StandardErrorLoggerTests), new Wordless()));

        // Handled in turn: what the entry before did to the logger has been done by now.
        await logger.Ask<LoggerInitialized>(new InitializeLogger(system.EventStream), TestContext.Current.CancellationToken);
        Assert.Empty(await entries.Ask<string[]>(new GetEntries(), TestContext.Current.CancellationToken));
        await system.Terminate();
    }

    private sealed class Wordless
    {
        public override string ToString() => throw new FileLoadException("no descriptor is left");
    }

    private sealed record GetEntries;

    private sealed class Entries : ReceiveActor
    {
        public Entries()
        {
            var seen = new List<string>();
            Receive<Error>(error => seen.Add($"{error.Cause}"));
            Receive<GetEntries>(_ => Sender.Tell(seen.ToArray()));
        }
    }
}
