using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// Akka's serializer of system messages, with those of watching only. The others supervise actors of another node, which nobody
/// does here, and carry exceptions, whose type the sender would choose.
/// </summary>
internal sealed class NarrowSystemSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private readonly SystemMessageSerializer _all = new(system);

    /// <inheritdoc/>
    public override int Identifier => 22;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        Watch => "watch",
        Unwatch => "unwatch",
        DeathWatchNotification => "death",
        _ => throw new SerializationException($"{o.GetType()} is not a message of the wire"),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => _all.ToBinary(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => _all.FromBinary(bytes, manifest switch
    {
        "watch" => typeof(Watch),
        "unwatch" => typeof(Unwatch),
        "death" => typeof(DeathWatchNotification),
        _ => throw new SerializationException($"refused a system message '{manifest}' from another node: nodes do not say that to each other"),
    });
}
