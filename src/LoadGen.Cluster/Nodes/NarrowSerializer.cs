using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// One of Akka's own serializers, with those messages only that nodes say to each other. The others stop actors, remove nodes, or
/// carry exceptions and routers, which come with the names of types to make.
/// </summary>
internal sealed class NarrowSerializer : SerializerWithStringManifest
{
    private readonly SerializerWithStringManifest _all;
    private readonly HashSet<string> _said;

    /// <param name="system">The node's actor system.</param>
    /// <param name="settings">Which serializer: its <c>type</c>, its <c>identifier</c>, and the manifests of the messages that are <c>said</c>.</param>
    public NarrowSerializer(ExtendedActorSystem system, Config settings)
        : base(system)
    {
        Identifier = settings.GetInt("identifier");
        _said = [.. settings.GetStringList("said")];
        _all = (SerializerWithStringManifest)Activator.CreateInstance(Type.GetType(settings.GetString("type"), throwOnError: true)!, system)!;
    }

    /// <inheritdoc/>
    public override int Identifier { get; }

    /// <inheritdoc/>
    public override string Manifest(object o) => _all.Manifest(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => _all.ToBinary(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => _said.Contains(manifest)
        ? _all.FromBinary(bytes, manifest)
        : throw new SerializationException($"refused a message '{manifest}' from another node: nodes do not say that to each other");
}
