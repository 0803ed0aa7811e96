using System.Globalization;
using Akka.Configuration;
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

/// <summary>The actor system's configuration.</summary>
internal static class NodeConfig
{
    private static readonly TimeSpan LongestStableAfter = TimeSpan.FromSeconds(5);

    // Akka's own work never shares threads with handshakes, or a busy worker would miss heartbeats and be declared lost.
    // A node that cannot reach the coordinator's side is downed after a quiet time, not at once: machines under load pause.
    private const string Fixed = """
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = ["LoadGen.Cluster.Nodes.StandardErrorLogger, LoadGen.Cluster"]
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          coordinated-shutdown {
            exit-clr = off
            run-by-clr-shutdown-hook = off
            # A node leaves before it ends; where it cannot, there is no node to wait for.
            run-by-actor-system-terminate = off
          }
          actor {
            provider = cluster
            internal-dispatcher = ${loadgen.control-dispatcher}
            serializers {
              wire = "LoadGen.Cluster.Protocol.WireSerializer, LoadGen.Cluster"
              # Akka's own ones under these names make any type that the wire names; nothing here is sent by them.
              json = "LoadGen.Cluster.Protocol.RefusingSerializer, LoadGen.Cluster"
              proto = "LoadGen.Cluster.Protocol.RefusingSerializer, LoadGen.Cluster"
              daemon-create = "LoadGen.Cluster.Protocol.RefusingSerializer, LoadGen.Cluster"
              reliable-delivery = "LoadGen.Cluster.Protocol.RefusingSerializer, LoadGen.Cluster"
              # Of what these know, only what nodes say to each other: no PoisonPill, no Kill, no Leave or Down of another node.
              akka-misc = "LoadGen.Cluster.Protocol.NarrowSerializer, LoadGen.Cluster"
              akka-cluster = "LoadGen.Cluster.Protocol.NarrowSerializer, LoadGen.Cluster"
              akka-system-msg = "LoadGen.Cluster.Protocol.NarrowSystemSerializer, LoadGen.Cluster"
            }
            serialization-settings {
              allow-unregistered-types = off
              json.identifier = 1
              proto.identifier = 2
              daemon-create.identifier = 3
              reliable-delivery.identifier = 36
              akka-misc {
                identifier = 16
                type = "Akka.Remote.Serialization.MiscMessageSerializer, Akka.Remote"
                # Identify, ActorIdentity, a reference, the heartbeat of watched nodes and its answer.
                said = ["ID", "AID", "AR", "RWHB", "RWHR"]
              }
              akka-cluster {
                identifier = 5
                type = "Akka.Cluster.Serialization.ClusterMessageSerializer, Akka.Cluster"
                said = [
                  "Akka.Cluster.InternalClusterAction+InitJoin, Akka.Cluster", "Akka.Cluster.InternalClusterAction+InitJoinAck, Akka.Cluster",
                  "Akka.Cluster.InternalClusterAction+InitJoinNack, Akka.Cluster", "Akka.Cluster.InternalClusterAction+Join, Akka.Cluster",
                  "Akka.Cluster.InternalClusterAction+Welcome, Akka.Cluster", "Akka.Cluster.InternalClusterAction+ExitingConfirmed, Akka.Cluster",
                  "Akka.Cluster.GossipStatus, Akka.Cluster", "Akka.Cluster.GossipEnvelope, Akka.Cluster", "HB", "HBR",
                ]
              }
            }
            serialization-bindings { "LoadGen.Cluster.Protocol.IWireMessage, LoadGen.Cluster" = wire }
            serialization-identifiers { "LoadGen.Cluster.Protocol.WireSerializer, LoadGen.Cluster" = 5463 }
          }
          remote {
            log-remote-lifecycle-events = off
            retry-gate-closed-for = 500ms
            use-dispatcher = loadgen.control-dispatcher
            enabled-transports = ["loadgen.node-transport"]
            handshake-timeout = 5s
          }
          cluster {
            use-dispatcher = loadgen.control-dispatcher
            log-info = off
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            periodic-tasks-initial-delay = 100ms
            seed-node-timeout = 2s
            retry-unsuccessful-join-after = 1s
            allow-weakly-up-members = off
            failure-detector.acceptable-heartbeat-pause = 3s
            downing-provider-class = "LoadGen.Cluster.Nodes.Downing.DowningProvider, LoadGen.Cluster"
            singleton { hand-over-retry-interval = 200ms }
            singleton-proxy {
              singleton-identification-interval = 200ms
              # The worker says itself when no coordinator answers in time.
              log-singleton-identification-failure = off
            }
          }
        }
        loadgen {
          control-dispatcher {
            type = ForkJoinDispatcher
            throughput = 30
            dedicated-thread-pool { thread-count = 2, threadtype = background }
          }
          node-transport {
            transport-class = "LoadGen.Cluster.Nodes.Links.NodeTransport, LoadGen.Cluster"
            applied-adapters = []
            # Reports are far smaller; what a coordinator that takes over is told may not be.
            maximum-frame-size = 16 MiB
          }
          pump-dispatcher { type = PinnedDispatcher }
          tally-dispatcher { type = PinnedDispatcher }
        }
        """;

    public static Config Of(NodeOptions options)
    {
        var own = $$"""
            akka.cluster {
              roles = [{{string.Join(", ", options.Roles)}}]
              shutdown-after-unsuccessful-join-seed-nodes = {{(long)options.JoinWithin.TotalMilliseconds}}ms
            }
            loadgen.downing {
              lease = {{(long)options.Lease.TotalMilliseconds}}ms
              stable-after = {{(long)StableAfter(options.Lease).TotalMilliseconds}}ms
            }
            loadgen.node-transport {
              hostname = {{Quoted(options.ListenHost)}}
              port = {{options.ListenPort.ToString(CultureInfo.InvariantCulture)}}
              public-hostname = {{Quoted(options.AdvertiseHost ?? options.ListenHost)}}
              public-port = {{(options.AdvertisePort ?? options.ListenPort).ToString(CultureInfo.InvariantCulture)}}
            }
            """;
        return ConfigurationFactory.ParseString(own).WithFallback(ConfigurationFactory.ParseString(Fixed));
    }

    // A lost coordinator is noticed after 3 s, and its successor must be there well before workers give up, after two leases.
    private static TimeSpan StableAfter(TimeSpan lease) => lease / 2 < LongestStableAfter ? lease / 2 : LongestStableAfter;

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
