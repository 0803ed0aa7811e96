using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace LoadGen.Cluster.Protocol;

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
        : throw new SerializationException($"rejected a message '{manifest}' from another node: not part of the protocol");
}

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
        => throw new SerializationException($"rejected a message from another node: it names the type '{manifest}'");
}

/// <summary>
/// Akka's serializer of system messages, with those of watching only. The others supervise actors of another node, which no node
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
        _ => throw new SerializationException($"rejected a system message '{manifest}' from another node: not part of the protocol"),
    });
}
