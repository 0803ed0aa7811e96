using LoadGen.Cluster.Nodes;
using LoadGen.Core.Plans;

namespace LoadGen.Running;

/// <summary>The private keys of client certificates and the pre-shared keys of a plan, which no one but workers may see.</summary>
internal static class PlanKeys
{
    /// <summary>Why the keys of a plan must not be sent to the workers of a node; <see langword="null"/> if they may, or if it has none.</summary>
    public static string? WhyNotSent(Plan plan, NodeOptions node)
        => node.Identity is null && plan.Profiles.FirstOrDefault(profile => profile.Identities.Count > 0 || profile.PreSharedKey is not null) is { } profile
            ? $"profile '{profile.Name}' has a private or pre-shared key, and with --insecure-cluster anyone can join and be sent it; "
                + "give every node --node-secret, or --node-cert, --node-key and --node-ca"
            : null;
}
