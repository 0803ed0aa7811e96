using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Nodes;

/// <summary>Where a node listens and whom it joins.</summary>
public sealed record NodeOptions
{
    /// <summary>The name of the role that coordinators have.</summary>
    public const string CoordinatorRole = "coordinator";

    /// <summary>The name of the role that workers have.</summary>
    public const string WorkerRole = "worker";

    /// <summary>What this node may be; at least one.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The address to bind.</summary>
    public string ListenHost { get; init; } = "127.0.0.1";

    /// <summary>The port to bind; 0 for any free one.</summary>
    public int ListenPort { get; init; }

    /// <summary>The host that other nodes reach this one by; by default the bound one.</summary>
    public string? AdvertiseHost { get; init; }

    /// <summary>The port that other nodes reach this one by; by default the bound one.</summary>
    public int? AdvertisePort { get; init; }

    /// <summary>Nodes to join by, as <c>host:port</c>; empty to be the first node of a new cluster.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary>How long to try to join before giving up.</summary>
    public TimeSpan JoinWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a worker continues without hearing from a coordinator, and how long it takes until a silent one is given up.</summary>
    public TimeSpan Lease { get; init; } = RunState.DefaultLease;

    /// <summary>Names the cluster: nodes with another id can neither join nor be heard. Letters, digits and dashes.</summary>
    public string? ClusterId { get; init; }

    /// <summary>
    /// Gives what nodes prove themselves with over mutual TLS; asked at each connection, since a secret may be exchanged. Without,
    /// nodes talk in the clear and believe anyone.
    /// </summary>
    public Func<NodeIdentity>? Identity { get; init; }
}

/// <summary>A node cannot start as it was told to; the message names the address and is fit for the user.</summary>
public sealed class NodeStartException(string message, Exception? inner = null) : Exception(message, inner);
