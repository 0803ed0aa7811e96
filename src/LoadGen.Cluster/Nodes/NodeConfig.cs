using System.Globalization;
using Akka.Configuration;

namespace LoadGen.Cluster.Nodes;

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
              json = "LoadGen.Cluster.Nodes.RefusingSerializer, LoadGen.Cluster"
              proto = "LoadGen.Cluster.Nodes.RefusingSerializer, LoadGen.Cluster"
              daemon-create = "LoadGen.Cluster.Nodes.RefusingSerializer, LoadGen.Cluster"
              reliable-delivery = "LoadGen.Cluster.Nodes.RefusingSerializer, LoadGen.Cluster"
              # Of what these know, only what nodes say to each other: no PoisonPill, no Kill, no Leave or Down of another node.
              akka-misc = "LoadGen.Cluster.Nodes.NarrowSerializer, LoadGen.Cluster"
              akka-cluster = "LoadGen.Cluster.Nodes.NarrowSerializer, LoadGen.Cluster"
              akka-system-msg = "LoadGen.Cluster.Nodes.NarrowSystemSerializer, LoadGen.Cluster"
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
