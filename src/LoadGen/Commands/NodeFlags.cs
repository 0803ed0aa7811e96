using System.CommandLine;
using LoadGen.Cluster.Nodes;
using LoadGen.Core.Runs;

namespace LoadGen.Commands;

/// <summary>The flags of a node: where it listens, whom it joins, whom it believes.</summary>
internal sealed class NodeFlags
{
    private static readonly TimeSpan LeastLease = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostLease = TimeSpan.FromMinutes(10);

    private readonly NodeSecurityFlags _security = new();
    private readonly Flag<string> _listen;

    private readonly Flag<string?> _advertise = new("--advertise", FlagGroups.Node)
    {
        Description = "Address that other nodes reach this node at, if it is not the one of --listen.",
        HelpName = "HOST[:PORT]",
    };

    private readonly Flag<string?> _startDeadline = new("--start-deadline", FlagGroups.Node)
    {
        Description = "How long to wait for the cluster to form.",
        HelpName = "DURATION",
        DefaultValueFactory = _ => "60s",
    };

    private readonly Flag<string?> _lease = new("--lease", FlagGroups.Node)
    {
        Description = "How long a worker keeps working without a sign of life from the coordinator, and how long a silent worker is waited for: 2s to 10m, the same on every node.",
        HelpName = "DURATION",
        DefaultValueFactory = _ => "15s",
    };

    public NodeFlags(string listenByDefault) => _listen = new Flag<string>("--listen", FlagGroups.Node)
    {
        Description = "Cluster address of this node; port 0 for any free port.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => listenByDefault,
    };

    public void AddTo(Command command)
    {
        command.Add(_listen);
        command.Add(_advertise);
        command.Add(_startDeadline);
        command.Add(_lease);
        _security.AddTo(command);
    }

    /// <summary>Reads the flags, or says what is wrong with them.</summary>
    public NodeOptions? Read(ParseResult parse, string role, IReadOnlyList<string> seeds, Problems problems)
    {
        var listenText = parse.GetValue(_listen)!;
        if (!HostPort.TryParse(listenText, out var listen))
        {
            problems.Add($"--listen: '{listenText}' is not an address; write host:port, such as 127.0.0.1:4053");
        }

        var advertiseText = parse.GetValue(_advertise);
        (string Host, int Port)? advertise = null;
        if (advertiseText is not null)
        {
            if (HostPort.TryParse(advertiseText, listen.Port, out var parsed))
            {
                advertise = parsed;
            }
            else
            {
                problems.Add($"--advertise: '{advertiseText}' is not an address; write a host, or host:port");
            }
        }

        var seedHosts = new List<string>();
        foreach (var seed in seeds)
        {
            if (HostPort.TryParse(seed, out var address) && address.Port != 0 && seed.Contains(':', StringComparison.Ordinal))
            {
                seedHosts.Add(address.Host);
            }
            else
            {
                problems.Add($"--seed: '{seed}' is not an address; write host:port, such as 10.0.0.5:4053");
            }
        }

        var deadline = problems.Duration("--start-deadline", parse.GetValue(_startDeadline));
        var lease = problems.Duration("--lease", parse.GetValue(_lease));
        if (lease < LeastLease || lease > MostLease)
        {
            problems.Add($"--lease: {parse.GetValue(_lease)} is out of range; write a time from 2s to 10m");
        }

        var (identity, clusterId) = _security.Read(parse, listen.Host, seedHosts, problems);
        return problems.Any
            ? null
            : new NodeOptions
            {
                Roles = [role],
                ListenHost = listen.Host,
                ListenPort = listen.Port,
                AdvertiseHost = advertise?.Host,
                AdvertisePort = advertise is { Port: > 0 and var port } ? port : null,
                Seeds = seeds,
                JoinWithin = deadline ?? TimeSpan.FromSeconds(60),
                Lease = lease ?? RunState.DefaultLease,
                ClusterId = clusterId,
                Identity = identity,
            };
    }
}
