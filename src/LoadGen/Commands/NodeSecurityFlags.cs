using System.CommandLine;
using System.Net;
using LoadGen.Cluster.Nodes;

namespace LoadGen.Commands;

/// <summary>The flags that say who may talk to a node.</summary>
internal sealed class NodeSecurityFlags
{
    private const int LongestId = 40;

    private readonly Option<string?> _cert = new("--node-cert")
    {
        HelpName = "FILE",
        Description = "This node's certificate, PEM: nodes talk over mutual TLS. Needed to listen on more than loopback.",
    };

    private readonly Option<string?> _key = new("--node-key")
    {
        HelpName = "FILE",
        Description = "Its private key, PEM, not encrypted.",
    };

    private readonly Option<string?> _ca = new("--node-ca")
    {
        HelpName = "FILE",
        Description = "The authority that signs the nodes' certificates, PEM: whoever holds one is a node; host names are not compared.",
    };

    private readonly Option<bool> _insecure = new("--insecure-cluster")
    {
        Description = "Listen without TLS: whoever reaches the port can take over the run.",
    };

    private readonly Option<string?> _clusterId = new("--cluster-id")
    {
        HelpName = "ID",
        Description = "Nodes with another id can neither join nor be heard. Letters, digits and dashes.",
    };

    public void AddTo(Command command)
    {
        command.Add(_cert);
        command.Add(_key);
        command.Add(_ca);
        command.Add(_insecure);
        command.Add(_clusterId);
    }

    /// <summary>Reads the flags and the files that they name; warns where a node is left open on purpose.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="listenHost">Where the node listens.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public (NodeIdentity? Identity, string? ClusterId) Read(ParseResult parse, string listenHost, Problems problems)
    {
        var clusterId = parse.GetValue(_clusterId);
        if (clusterId is not null && !IsId(clusterId))
        {
            problems.Add($"--cluster-id: '{clusterId}' is not an id; write up to {LongestId} letters, digits and dashes, such as nightly-42");
        }

        return (ReadIdentity(parse, listenHost, problems), clusterId);
    }

    private NodeIdentity? ReadIdentity(ParseResult parse, string listenHost, Problems problems)
    {
        var insecure = parse.GetValue(_insecure);
        switch (parse.GetValue(_cert), parse.GetValue(_key), parse.GetValue(_ca))
        {
            case (null, null, null):
                CheckOpen(listenHost, insecure, problems);
                return null;
            case ({ } cert, { } key, { } ca):
                if (insecure)
                {
                    problems.Add("--insecure-cluster is for nodes without TLS, and --node-cert is for TLS; give one of them");
                }

                return NodeIdentityFiles.Read(cert, key, ca, problems);
            default:
                problems.Add("--node-cert, --node-key and --node-ca belong together; give all three");
                return null;
        }
    }

    private static void CheckOpen(string listenHost, bool insecure, Problems problems)
    {
        if (IsLoopback(listenHost))
        {
            return;
        }

        if (insecure)
        {
            Console.Error.WriteLine($"loadgen: warning: --insecure-cluster: no TLS on {listenHost}; whoever reaches the port can take over the run");
            return;
        }

        problems.Add(
            $"--listen: {listenHost} can be reached by others, so nodes must prove who they are; "
            + "give --node-cert, --node-key and --node-ca, or --insecure-cluster to do without on a network that you trust");
    }

    // A name other than localhost may mean any address by the time it is bound.
    private static bool IsLoopback(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static bool IsId(string text)
        => text.Length is > 0 and <= LongestId && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
