using Akka.Event;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Nodes.Links;

namespace LoadGen.Cluster.Tests.Nodes;

/// <summary>What a user reads of what Akka logs.</summary>
public sealed class LogSentencesTests
{
    private const string Dropping = "Dropping message [{0}] for non-local recipient [{1}] arriving at [{2}] inbound addresses are [{3}]";
    private const string Unreadable = "Deserialization failed for message with serializer id [{0}] and manifest [{1}]. "
        + "Transient association error (association remains live). {2}. {3}";

    private static readonly Type Remote = typeof(Akka.Remote.AddressUid);

    [Theory]
    [InlineData("rejected 10.0.0.7 as a node: its certificate is missing", NodeTransport.Sentence, "rejected 10.0.0.7 as a node: its certificate is missing")]
    [InlineData("ignoring messages addressed to akka.tcp://other@10.0.0.5:4053: the sender uses another --cluster-id or --seed address",
        Dropping, "Ping", "/user/worker", "akka.tcp://other@10.0.0.5:4053", "akka.tcp://loadgen@10.0.0.5:4053")]
    [InlineData("a message from another node could not be read", Unreadable, "1", "", "", "")]
    public void What_is_known_well_is_said_once_in_our_words(string expected, string format, params object[] values)
        => Assert.Equal((expected, true), LogSentences.Of(Warning(Remote, null, format, values)));

    [Fact]
    public void Of_a_message_that_cannot_be_read_the_cause_is_told_and_not_the_advice_to_add_its_serializer()
    {
        var cause = new System.Runtime.Serialization.SerializationException("System.Object is not a message of nodes\nand more");

        var sentence = LogSentences.Of(Warning(Remote, cause, Unreadable, 1, "System.Object", "Add a serializer", "to the configuration"));

        Assert.Equal(("System.Object is not a message of nodes", true), sentence);
    }

    [Fact]
    public void What_our_own_classes_say_is_told_each_time_with_its_cause()
    {
        var entry = Warning(typeof(LogSentences), new TimeoutException("too slow\nby far"), "worker {0} lost; {1} assigned arrivals counted as lost", "a", 30);

        Assert.Equal(("worker a lost; 30 assigned arrivals counted as lost (TimeoutException: too slow", false), LogSentences.Of(entry));
    }

    [Fact]
    public void An_entry_without_a_format_is_told_as_it_is()
        => Assert.Equal(("released by the coordinator", false), LogSentences.Of(new Warning("source", typeof(LogSentences), "released by the coordinator")));

    [Fact]
    public void An_error_of_an_actor_is_told_wherever_it_comes_from()
        => Assert.Equal(("it broke (InvalidOperationException: a bug)", false), LogSentences.Of(Error(typeof(Akka.Actor.ActorSystem), new InvalidOperationException("a bug"), "it broke")));

    [Theory]
    [InlineData(typeof(Akka.Actor.ActorSystem), false)]
    [InlineData(typeof(Akka.Remote.AddressUid), false)]
    [InlineData(typeof(Akka.Remote.AddressUid), true)]
    [InlineData(typeof(Akka.Cluster.Member), true)]
    public void What_Akka_says_of_connections_and_nodes_is_left_out(Type from, bool isError)
        => Assert.Null(LogSentences.Of(isError ? Error(from, null, "Association with {0} failed", "x") : Warning(from, null, "Association with {0} failed", "x")));

    private static Warning Warning(Type from, Exception? cause, string format, params object[] values) => new(cause, "source", from, Capturing.MessageOf(format, values));

    private static Error Error(Type from, Exception? cause, string format, params object[] values) => new(cause, "source", from, Capturing.MessageOf(format, values));

    /// <summary>Makes messages as Akka's own logging does.</summary>
    private sealed class Capturing() : LoggingAdapterBase(DefaultLogMessageFormatter.Instance)
    {
        private object? _message;

        public override bool IsDebugEnabled => true;

        public override bool IsInfoEnabled => true;

        public override bool IsWarningEnabled => true;

        public override bool IsErrorEnabled => true;

        public static object MessageOf(string format, object[] values)
        {
            var log = new Capturing();
            log.Log(LogLevel.WarningLevel, null, format, values);
            return log._message!;
        }

        protected override void NotifyLog(LogLevel logLevel, object message, Exception? cause = null) => _message = message;
    }
}
