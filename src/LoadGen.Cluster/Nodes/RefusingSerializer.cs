using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// Stands where Akka has a serializer that makes whatever type the wire names, and refuses both ways. As a serializer with
/// string manifests it is given the type's name as text: the type is not even looked up.
/// </summary>
/// <param name="system">The node's actor system.</param>
/// <param name="settings">Which serializer it replaces: <c>identifier</c>.</param>
internal sealed class RefusingSerializer(ExtendedActorSystem system, Config settings) : SerializerWithStringManifest(system)
{
    /// <inheritdoc/>
    public override int Identifier { get; } = settings.GetInt("identifier");

    /// <inheritdoc/>
    public override string Manifest(object o) => "";

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new SerializationException($"{obj.GetType()} is not a message of the wire");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
        => throw new SerializationException($"refused a message from another node that names the type '{manifest}' to make");
}
