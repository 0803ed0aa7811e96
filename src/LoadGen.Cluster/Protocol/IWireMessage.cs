namespace LoadGen.Cluster.Protocol;

/// <summary>
/// A message that may travel between nodes. The actor system sends everything with this marker through
/// <see cref="WireSerializer"/>; nothing else of ours is ever put on the wire.
/// </summary>
internal interface IWireMessage
{
    /// <summary>The run it belongs to.</summary>
    string RunId { get; }
}
