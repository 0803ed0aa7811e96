using System.Collections.Frozen;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace LoadGen.Cluster.Protocol;

/// <summary>
/// Puts <see cref="IWireMessage"/>s on the wire as protobuf. The manifest is one of a closed set of names and chooses a
/// parser; no type name ever comes from the wire.
/// </summary>
internal sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Every message that travels. Each brings its manifest and its conversions along.</summary>
    public static IReadOnlyList<WireEntry> Entries { get; } =
    [
        WireEntry.Of<ToCoordinator.RegisterWorker, Wire.RegisterWorker>(),
        WireEntry.Of<ToWorker.Welcome, Wire.Welcome>(),
        WireEntry.Of<ToWorker.RegisterAgain, Wire.RegisterAgain>(),
        WireEntry.Of<ToCoordinator.Beat, Wire.Beat>(),
        WireEntry.Of<ToWorker.BeatAnswered, Wire.BeatAnswered>(),
        WireEntry.Of<ToCoordinator.WorkerLeaving, Wire.WorkerLeaving>(),
        WireEntry.Of<ToCoordinator.WorkerFailed, Wire.WorkerFailed>(),
        WireEntry.Of<ToWorker.Release, Wire.Release>(),
        WireEntry.Of<ToWorker.PrepareRun, Wire.PrepareRun>(),
        WireEntry.Of<ToCoordinator.WorkerPrepared, Wire.WorkerPrepared>(),
        WireEntry.Of<ToCoordinator.TargetsRefused, Wire.TargetsRefused>(),
        WireEntry.Of<ToCoordinator.PreparationFailed, Wire.PreparationFailed>(),
        WireEntry.Of<ToWorker.AssignWork, Wire.AssignWork>(),
        WireEntry.Of<ToCoordinator.AssignmentTaken, Wire.AssignmentTaken>(),
        WireEntry.Of<ToCoordinator.TallyReported, Wire.TallyReported>(),
        WireEntry.Of<ToWorker.AcknowledgeReport, Wire.AcknowledgeReport>(),
        WireEntry.Of<ToWorker.StopRun, Wire.StopRun>(),
        WireEntry.Of<ToWorker.EndRun, Wire.EndRun>(),
        WireEntry.Of<ToWorker.HoldCheckpoint, Wire.HoldCheckpoint>(),
        WireEntry.Of<ToCoordinator.CheckpointHeld, Wire.CheckpointHeld>(),
        WireEntry.Of<ToWorker.TellInventory, Wire.TellInventory>(),
        WireEntry.Of<ToCoordinator.InventoryTold, Wire.Inventory>(),
        WireEntry.Of<ToCoordinator.RunOver, Wire.RunOver>(),
    ];

    private static readonly FrozenDictionary<Type, WireEntry> ByType = Entries.ToFrozenDictionary(entry => entry.Type);

    private static readonly FrozenDictionary<string, WireEntry> ByManifest = Entries.ToFrozenDictionary(entry => entry.Manifest, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int Identifier => 5463;

    /// <inheritdoc/>
    public override string Manifest(object o) => EntryOf(o).Manifest;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => EntryOf(obj).Encode((IWireMessage)obj);

    /// <summary>The message, or <see cref="Malformed"/> in its place: what a node sends must not be able to end another one.</summary>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!ByManifest.TryGetValue(manifest, out var entry))
        {
            return new Malformed("message", $"no message is called '{WireValues.Said(manifest)}'");
        }

        try
        {
            return entry.Decode(bytes);
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or ArgumentException or OverflowException or FormatException)
        {
            return new Malformed(manifest, WireValues.Said(error.Message));
        }
    }

    private static WireEntry EntryOf(object message) => ByType.TryGetValue(message.GetType(), out var entry)
        ? entry
        : throw new ArgumentException($"{message.GetType()} is not a message of the wire", nameof(message));
}

/// <summary>One message's way over the wire.</summary>
/// <param name="Type">The message.</param>
/// <param name="Manifest">Its name on the wire.</param>
/// <param name="Encode">The message as bytes.</param>
/// <param name="Decode">The message of those bytes.</param>
internal sealed record WireEntry(Type Type, string Manifest, Func<IWireMessage, byte[]> Encode, Func<byte[], IWireMessage> Decode)
{
    public static WireEntry Of<TMessage, TWire>()
        where TMessage : class, IWireMessage<TMessage, TWire>
        where TWire : class, IMessage<TWire>, new()
    {
        var parser = new MessageParser<TWire>(() => new TWire());
        return new WireEntry(
            typeof(TMessage),
            TMessage.Manifest,
            message => ((TMessage)message).ToWire().ToByteArray(),
            bytes => TMessage.FromWire(parser.ParseFrom(bytes)));
    }
}
