namespace LoadGen.Cluster.Nodes.Downing;

/// <summary>What a node does about others that it cannot reach.</summary>
internal enum DowningDecision
{
    /// <summary>Nothing yet: they may come back.</summary>
    Wait,

    /// <summary>The unreachable are out of the cluster.</summary>
    DownUnreachable,

    /// <summary>This side is out of the cluster.</summary>
    DownThisSide,
}
