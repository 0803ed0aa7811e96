using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using LoadGen.Cluster.Nodes;

namespace LoadGen.Cluster.Tests.Protocol;

/// <summary>What bytes of another node can make here.</summary>
public sealed class NarrowSerializerTests
{
    private const int Json = 1;
    private const int Protobuf = 2;
    private const int RemoteDeployment = 3;
    private const int Cluster = 5;
    private const int Misc = 16;
    private const int SystemMessages = 22;
    private const int ReliableDelivery = 36;

    [Theory]
    [InlineData(Json)]
    [InlineData(Protobuf)]
    [InlineData(RemoteDeployment)]
    public async Task A_type_that_the_wire_names_is_never_made(int serializer)
    {
        var system = Node();
        try
        {
            Assert.Throws<SerializationException>(() => Deserialize<Closed>(system, serializer));
            Assert.False(Closed.Made);
        }
        finally
        {
            await system.Terminate();
        }
    }

    [Theory]
    [InlineData(Json)]
    [InlineData(Protobuf)]
    public async Task Without_the_lock_the_same_bytes_do_make_it(int serializer)
    {
        // With Akka's own configuration: the proof that the test above can fail.
        var system = (ExtendedActorSystem)ActorSystem.Create("open", ConfigurationFactory.ParseString(
            "akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = remote, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }"));
        Open.Made = false;
        try
        {
            Record.Exception(() => Deserialize<Open>(system, serializer));
            Assert.True(Open.Made);
        }
        finally
        {
            await system.Terminate();
        }
    }

    [Fact]
    public async Task What_has_no_serializer_of_its_own_is_not_sent()
    {
        var system = Node();
        try
        {
            Assert.ThrowsAny<Exception>(() => system.Serialization.FindSerializerFor(new Unsent()).ToBinary(new Unsent()));
        }
        finally
        {
            await system.Terminate();
        }
    }

    [Fact]
    public async Task An_exception_is_refused_since_it_names_its_type()
    {
        var system = Node();
        try
        {
            var failure = new Status.Failure(new InvalidOperationException("out there"));
            var misc = system.Serialization.FindSerializerFor(failure);
            var bytes = Akka.Serialization.Serialization.WithTransport(system, () => misc.ToBinary(failure));
            Assert.Throws<SerializationException>(() => system.Serialization.Deserialize(bytes, misc.Identifier, "STF"));
            Assert.Throws<SerializationException>(() => system.Serialization.Deserialize([], 22, "Akka.Dispatch.SysMsg.Failed, Akka"));
        }
        finally
        {
            await system.Terminate();
        }
    }

    [Theory]
    [InlineData(Misc, "PP")]
    [InlineData(Misc, "K")]
    [InlineData(Misc, "STS")]
    [InlineData(Misc, "CF")]
    [InlineData(Cluster, "Akka.Cluster.ClusterUserAction+Leave, Akka.Cluster")]
    [InlineData(Cluster, "Akka.Cluster.ClusterUserAction+Down, Akka.Cluster")]
    [InlineData(Cluster, "Akka.Cluster.Routing.ClusterRouterPool, Akka.Cluster")]
    [InlineData(ReliableDelivery, "a")]
    [InlineData(SystemMessages, "Akka.Dispatch.SysMsg.Terminate, Akka")]
    public async Task What_would_stop_an_actor_or_remove_a_node_is_refused(int serializer, string manifest)
    {
        var system = Node();
        try
        {
            Assert.Throws<SerializationException>(() => system.Serialization.Deserialize([], serializer, manifest));
        }
        finally
        {
            await system.Terminate();
        }
    }

    [Fact]
    public async Task What_nodes_say_to_each_other_still_passes()
    {
        var system = Node();
        try
        {
            var actor = system.DeadLetters;
            object[] messages =
            [
                new Identify("coordinator"), new ActorIdentity("coordinator", actor),
                new Unwatch((IInternalActorRef)actor, (IInternalActorRef)actor),
            ];
            Assert.All(messages, message =>
            {
                var serializer = system.Serialization.FindSerializerFor(message);
                var bytes = Akka.Serialization.Serialization.WithTransport(system, () => serializer.ToBinary(message));
                var manifest = Akka.Serialization.Serialization.ManifestFor(serializer, message);
                Assert.IsType(message.GetType(), system.Serialization.Deserialize(bytes, serializer.Identifier, manifest));
            });
        }
        finally
        {
            await system.Terminate();
        }
    }

    private static ExtendedActorSystem Node()
        => (ExtendedActorSystem)ActorSystem.Create("node", NodeConfig.Of(new NodeOptions { Roles = [NodeOptions.WorkerRole] }));

    private static object Deserialize<T>(ExtendedActorSystem system, int serializer)
    {
        var type = $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";
        var bytes = serializer == Json ? Encoding.UTF8.GetBytes($$"""{ "$id": "1", "$type": "{{type}}" }""") : [];
        return system.Serialization.Deserialize(bytes, serializer, type);
    }

    private sealed class Unsent;

    private sealed class Closed
    {
        public Closed() => Made = true;

        public static bool Made { get; private set; }
    }

    private sealed class Open
    {
        public Open() => Made = true;

        public static bool Made { get; set; }
    }
}
