using Google.Protobuf;

namespace LoadGen.Cluster.Protocol;

/// <summary>
/// A message that may travel between nodes. The actor system sends everything with this marker through
/// <see cref="WireSerializer"/>; no other message type of LoadGen is ever put on the wire.
/// </summary>
internal interface IWireMessage
{
    /// <summary>The run it belongs to.</summary>
    string RunId { get; }
}

/// <summary>What a message has to bring along to travel: its name on the wire and both conversions, beside its fields.</summary>
/// <typeparam name="TSelf">The message.</typeparam>
/// <typeparam name="TWire">Its protobuf type.</typeparam>
internal interface IWireMessage<TSelf, TWire> : IWireMessage
    where TSelf : class, IWireMessage<TSelf, TWire>
    where TWire : class, IMessage<TWire>, new()
{
    /// <summary>Chooses the parser at the other end. Never changed, and never given to another message.</summary>
    static abstract string Manifest { get; }

    /// <summary>The message as it travels.</summary>
    TWire ToWire();

    /// <summary>The message that arrived.</summary>
    /// <exception cref="ArgumentException">A part is missing or is out of its range.</exception>
    static abstract TSelf FromWire(TWire wire);
}

/// <summary>
/// Stands for a message of another node that cannot be read, or that has a value out of its range. It comes in that
/// message's place, from its sender: an exception there would end the connection, and with it the run.
/// </summary>
/// <param name="Manifest">What the message said it was.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record Malformed(string Manifest, string Reason)
{
    /// <summary>For the end of a sentence about the sender.</summary>
    public override string ToString() => $"a malformed {Manifest} ({Reason})";
}

/// <summary>What workers tell the coordinator.</summary>
/// <param name="WorkerId">The worker.</param>
internal abstract partial record ToCoordinator(string WorkerId) : IWireMessage
{
    /// <inheritdoc/>
    public abstract string RunId { get; }
}

/// <summary>What the coordinator tells workers.</summary>
/// <param name="RunId">The run; empty where there is none yet.</param>
/// <param name="Term">
/// Which coordinator of the run speaks: 1 for the first, one more for each that took over. A worker that has heard a later
/// one does not listen to an earlier one.
/// </param>
internal abstract partial record ToWorker(string RunId, int Term) : IWireMessage;
