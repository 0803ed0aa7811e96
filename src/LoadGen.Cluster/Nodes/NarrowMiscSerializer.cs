using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// Akka's serializer of its own small messages, without those that carry an exception or a router: an exception comes with the
/// name of a type, which would be made.
/// </summary>
internal sealed class NarrowMiscSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private readonly MiscMessageSerializer _all = new(system);

    /// <inheritdoc/>
    public override int Identifier => 16;

    /// <inheritdoc/>
    public override string Manifest(object o) => _all.Manifest(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => _all.ToBinary(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        // Identify, ActorIdentity, a reference, PoisonPill, and the heartbeat of watched nodes with its answer.
        "ID" or "AID" or "AR" or "PP" or "RWHB" or "RWHR" => _all.FromBinary(bytes, manifest),
        _ => throw new SerializationException($"refused a message '{manifest}' from another node: nodes do not say that to each other"),
    };
}
