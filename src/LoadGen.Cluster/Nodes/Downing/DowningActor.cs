using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Nodes.Downing;

/// <summary>
/// Watches which members this node can reach, and carries out what <see cref="ReachabilityView"/> decides. Runs on every node:
/// a node that is left alone must find out by itself.
/// </summary>
internal sealed class DowningActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly TimeSpan _stableAfter;
    private readonly TimeSpan _lease;
    private readonly Dictionary<UniqueAddress, bool> _gone = [];
    private HashSet<UniqueAddress> _unreachable = [];
    private long _since;

    public DowningActor(TimeSpan stableAfter, TimeSpan lease)
    {
        _stableAfter = stableAfter;
        _lease = lease;
        Receive<Look>(_ => LookAround());
        Receive<ProbeAnswered>(answer => _gone[answer.Node] = answer.IsGone);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(TimeSpan stableAfter, TimeSpan lease)
        => Props.Create(() => new DowningActor(stableAfter, lease)).WithDispatcher("loadgen.control-dispatcher");

    protected override void PreStart() => Timers.StartPeriodicTimer("look", Look.Instance, LookEvery);

    private void LookAround()
    {
        var state = _cluster.State;
        var unreachable = state.Unreachable.Where(member => IsPresent(member) && !StillGossips(member, state)).ToList();
        var present = unreachable.Select(member => member.UniqueAddress).ToHashSet();
        if (!present.SetEquals(_unreachable))
        {
            _unreachable = present;
            _since = Environment.TickCount64;
            _gone.Clear();
        }

        if (unreachable.Count == 0)
        {
            return;
        }

        foreach (var member in unreachable)
        {
            Probe(member.UniqueAddress);
        }

        var decision = ViewOf(state, unreachable).Decide(_stableAfter, _lease);
        if (decision == DowningDecision.DownUnreachable)
        {
            unreachable.ForEach(member => _cluster.Down(member.Address));
        }
        else if (decision == DowningDecision.DownThisSide)
        {
            _log.Warning("network partition: the other side has more workers and keeps the run; shutting down");
            _cluster.Down(_cluster.SelfAddress);
        }
    }

    private ReachabilityView ViewOf(ClusterEvent.CurrentClusterState state, List<Member> unreachable)
    {
        var members = state.Members.Where(member => IsPresent(member) && member.Status != MemberStatus.Exiting).ToList();
        var reachable = members.Where(member => !_unreachable.Contains(member.UniqueAddress)).ToList();
        var oldest = members.Where(IsCoordinator).Aggregate((Member?)null, (oldest, member) => oldest is null || member.IsOlderThan(oldest) ? member : oldest);
        return new ReachabilityView(
            reachable.Count(IsCoordinator),
            unreachable.Count(IsCoordinator),
            reachable.Count(IsWorker),
            unreachable.Count(IsWorker),
            oldest is not null && !_unreachable.Contains(oldest.UniqueAddress),
            TimeSpan.FromMilliseconds(Environment.TickCount64 - _since),
            _unreachable.All(node => _gone.GetValueOrDefault(node)));
    }

    private void Probe(UniqueAddress node)
    {
        if (!_gone.GetValueOrDefault(node) && node.Address is { Host: { } host, Port: { } port })
        {
            ProcessProbe.IsGoneAsync(host, port).PipeTo(Self, success: isGone => new ProbeAnswered(node, isGone));
        }
    }

    private static bool IsPresent(Member member) => member.Status is not (MemberStatus.Down or MemberStatus.Removed);

    // This node cannot reach it, but others can: a coordinator that has seen how things stand now is alive, and its workers
    // still hear it. Were it given up, two would have the run.
    private static bool StillGossips(Member member, ClusterEvent.CurrentClusterState state) => IsCoordinator(member) && state.SeenBy.Contains(member.Address);

    private static bool IsCoordinator(Member member) => member.HasRole(NodeOptions.CoordinatorRole);

    private static bool IsWorker(Member member) => member.HasRole(NodeOptions.WorkerRole);

    private sealed record ProbeAnswered(UniqueAddress Node, bool IsGone);

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }
}

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

/// <summary>Lets <see cref="DowningActor"/> decide about unreachable nodes; named in the actor system's configuration.</summary>
/// <param name="system">The node's actor system.</param>
/// <param name="cluster">Not used: the actor finds it itself.</param>
internal sealed class DowningProvider(ActorSystem system, Akka.Cluster.Cluster cluster) : IDowningProvider
{
    /// <summary>A coordinator that was downed may live a moment longer; its successor waits for so long.</summary>
    public TimeSpan DownRemovalMargin { get; } = TimeSpan.FromSeconds(1);

    public Props DowningActorProps { get; } = DowningActor.PropsFor(
        system.Settings.Config.GetTimeSpan("loadgen.downing.stable-after"),
        system.Settings.Config.GetTimeSpan("loadgen.downing.lease"));

    /// <summary>The cluster that it was made for.</summary>
    public Akka.Cluster.Cluster Cluster { get; } = cluster;
}
