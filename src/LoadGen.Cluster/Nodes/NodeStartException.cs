namespace LoadGen.Cluster.Nodes;

/// <summary>A node cannot start as it was told to; the message names the address and is fit for the user.</summary>
public sealed class NodeStartException(string message, Exception? inner = null) : Exception(message, inner);
