using System.CommandLine;
using System.Net;
using LoadGen.Cluster.Nodes;
using LoadGen.Core.Plans;

namespace LoadGen.Commands;

/// <summary>The flags that say who may talk to a node.</summary>
internal sealed class NodeSecurityFlags
{
    private const int LongestId = 40;
    private const string Remedies = "give --node-cert, --node-key and --node-ca, or --node-secret, or --insecure-cluster on a network that you trust";

    private readonly Flag<string?> _cert = new("--node-cert", FlagGroups.Security)
    {
        HelpName = "FILE",
        Description = "Certificate of this node, PEM.",
    };

    private readonly Flag<string?> _key = new("--node-key", FlagGroups.Security)
    {
        HelpName = "FILE",
        Description = "Its private key, PEM, not encrypted.",
    };

    private readonly Flag<string?> _ca = new("--node-ca", FlagGroups.Security)
    {
        HelpName = "FILE",
        Description = "Authority that signs the nodes' certificates, PEM. Every certificate of it is accepted; host names are not compared.",
    };

    private readonly Flag<string?> _secret = new("--node-secret", FlagGroups.Security)
    {
        HelpName = "FILE",
        Description = "File with a secret that all nodes share, instead of certificates; created if it is missing. "
            + $"On loopback the default is {NodeSecretFile.OfUser}.",
    };

    private readonly Flag<bool> _insecure = new("--insecure-cluster", FlagGroups.Security)
    {
        Description = "No TLS between nodes: anyone who reaches the port can take over the run. Plans with private or pre-shared keys are rejected.",
    };

    private readonly Flag<string?> _clusterId = new("--cluster-id", FlagGroups.Security)
    {
        HelpName = "ID",
        Description = "Only nodes with the same id work together: letters, digits and dashes.",
    };

    public void AddTo(Command command)
    {
        command.Add(_cert);
        command.Add(_key);
        command.Add(_ca);
        command.Add(_secret);
        command.Add(_insecure);
        command.Add(_clusterId);
    }

    /// <summary>Reads the flags and the files that they name; warns where a node is left open on purpose.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="listenHost">Where the node listens.</param>
    /// <param name="seedHosts">Where those are that it joins.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public (Func<NodeIdentity>? Identity, string? ClusterId) Read(ParseResult parse, string listenHost, IEnumerable<string> seedHosts, Problems problems)
    {
        var clusterId = parse.GetValue(_clusterId);
        if (clusterId is not null && !IsId(clusterId))
        {
            problems.Add($"--cluster-id: '{clusterId}' is not an id; write up to {LongestId} letters, digits and dashes, such as nightly-42");
        }

        return (ReadIdentity(parse, listenHost, seedHosts, problems), clusterId);
    }

    private Func<NodeIdentity>? ReadIdentity(ParseResult parse, string listenHost, IEnumerable<string> seedHosts, Problems problems)
    {
        var (cert, key, ca, secret, insecure) = (parse.GetValue(_cert), parse.GetValue(_key), parse.GetValue(_ca), parse.GetValue(_secret), parse.GetValue(_insecure));
        var anyOfCertificate = cert is not null || key is not null || ca is not null;
        if ((anyOfCertificate ? 1 : 0) + (secret is not null ? 1 : 0) + (insecure ? 1 : 0) > 1)
        {
            problems.Add("--node-cert, --node-secret and --insecure-cluster exclude each other; give one of them");
            return null;
        }

        if (anyOfCertificate)
        {
            if (cert is null || key is null || ca is null)
            {
                problems.Add("--node-cert, --node-key and --node-ca belong together; give all three");
                return null;
            }

            return NodeIdentityFiles.Read(cert, key, ca, problems) is { } identity ? () => identity : null;
        }

        if (insecure)
        {
            Console.Error.WriteLine($"loadgen: warning: --insecure-cluster: no TLS on {listenHost}; anyone who reaches the port can take over the run");
            return null;
        }

        if (secret is null && !IsLoopback(listenHost))
        {
            problems.Add($"--listen: {listenHost} is reachable from other machines, so nodes must authenticate; {Remedies}");
            return null;
        }

        if (secret is null && seedHosts.FirstOrDefault(host => !IsLoopback(host)) is { } seed)
        {
            problems.Add($"--seed: {seed} is not on loopback, so nodes must authenticate; {Remedies}");
            return null;
        }

        return NodeSecretFile.Open(secret ?? NodeSecretFile.OfUser, problems) is { } file ? file.Current : null;
    }

    // A name other than localhost may mean any address by the time it is bound.
    private static bool IsLoopback(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsId(string text)
        => text.Length is > 0 and <= LongestId && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

/// <summary>The private keys of client certificates and the pre-shared keys of a plan, which no one but workers may see.</summary>
internal static class PlanSecrets
{
    /// <summary>Why the keys of a plan must not be sent to the workers of a node; <see langword="null"/> if they may, or if it has none.</summary>
    public static string? WhyNotSent(Plan plan, NodeOptions node)
        => node.Identity is null && plan.Profiles.FirstOrDefault(profile => profile.Identities.Count > 0 || profile.PreSharedKey is not null) is { } profile
            ? $"profile '{profile.Name}' has a private or pre-shared key, and with --insecure-cluster anyone can join and be sent it; "
                + "give every node --node-secret, or --node-cert, --node-key and --node-ca"
            : null;
}
