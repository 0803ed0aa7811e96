using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster.Tools.Singleton;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes.Links;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Runs;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Nodes;

/// <summary>One node of the cluster: an actor system that has joined, or is joining, the others.</summary>
public sealed class ClusterNode : IAsyncDisposable
{
    private const string SystemName = "loadgen";
    private const string CoordinatorName = "coordinator";

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(3);

    private readonly ActorSystem _system;
    private readonly AkkaCluster _cluster;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly IReadOnlyList<Address> _seeds;

    private ClusterNode(ActorSystem system, IReadOnlyList<Address> seeds)
    {
        _system = system;
        _seeds = seeds;
        _cluster = AkkaCluster.Get(system);
        _cluster.RegisterOnMemberUp(() => _joined.TrySetResult());
    }

    /// <summary>Where other nodes reach this one: <c>host:port</c>.</summary>
    public string Address => $"{_cluster.SelfAddress.Host}:{_cluster.SelfAddress.Port}";

    /// <summary>Ends when the node is a member of the cluster.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Completes when the node has ended: it left, was downed, or could not join in time.</summary>
    public Task Terminated => _system.WhenTerminated;

    /// <summary>Starts a node and lets it join.</summary>
    /// <exception cref="NodeStartException">The address cannot be bound, or a seed is not an address.</exception>
    public static ClusterNode Start(NodeOptions options)
    {
        // A part of every address, so that messages from nodes of another cluster are addressed to no actor here.
        var name = options.ClusterId is { } id ? $"{SystemName}-{id}" : SystemName;
        var seeds = options.Seeds.Select(seed => SeedAddress(seed, name, options.Identity is not null)).ToList();
        ActorSystem system;
        try
        {
            system = ActorSystem.Create(name, SetupOf(options));
        }
        catch (Exception error)
        {
            throw new NodeStartException(
                $"cannot listen on {options.ListenHost}:{options.ListenPort}: {error.GetBaseException().Message}", error);
        }

        var node = new ClusterNode(system, seeds);
        if (seeds.Count == 0)
        {
            node._cluster.Join(node._cluster.SelfAddress);
        }
        else
        {
            node._cluster.JoinSeedNodes(seeds);
        }

        return node;
    }

    /// <summary>Starts the coordinator of a run, as the cluster's singleton.</summary>
    public RunHandle StartCoordinator(RunOrder order, IRunObserver observer, TimeProvider time) => StartSingleton(order, observer, time);

    /// <summary>Starts a coordinator that stays, and is given runs one after another.</summary>
    public RunHandle StartWaitingCoordinator(IRunObserver observer, TimeProvider time) => StartSingleton(null, observer, time);

    private RunHandle StartSingleton(RunOrder? order, IRunObserver observer, TimeProvider time)
    {
        _system.ActorOf(
            ClusterSingletonManager.Props(
                CoordinatorActor.PropsFor(order, observer, time),
                PoisonPill.Instance,
                ClusterSingletonManagerSettings.Create(_system).WithRole(NodeOptions.CoordinatorRole)),
            CoordinatorName);
        return new RunHandle(CoordinatorProxy());
    }

    /// <summary>Waits for the run to be over while another node has its coordinator.</summary>
    /// <returns>The exit code that this node was released with.</returns>
    public Task<int> StandBy()
    {
        var released = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _system.ActorOf(StandbyActor.PropsFor(code => released.TrySetResult(code)), StandbyActor.Name);
        return released.Task;
    }

    /// <summary>Starts a worker on this node.</summary>
    public WorkerHandle StartWorker(string workerId, WorkerServices services)
    {
        var released = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var worker = _system.ActorOf(
            WorkerActor.PropsFor(workerId, new CoordinatorLine(CoordinatorProxy(buffer: false), CoordinatorsAtSeeds()), services, code => released.TrySetResult(code)), "worker");
        return new WorkerHandle(worker, released.Task);
    }

    /// <summary>Leaves the cluster and ends the actor system.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(LeaveWithin);
        try
        {
            await _cluster.LeaveAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // The others do not answer; they will find out by their failure detectors.
        }

        await _system.Terminate();
    }

    // What workers say they say again until they are answered: nothing old may reach a coordinator that takes over.
    private IActorRef CoordinatorProxy(bool buffer = true)
    {
        var settings = ClusterSingletonProxySettings.Create(_system).WithRole(NodeOptions.CoordinatorRole);
        return _system.ActorOf(ClusterSingletonProxy.Props($"/user/{CoordinatorName}", buffer ? settings : settings.WithBufferSize(0)));
    }

    // A coordinator that was started again is another cluster's, at the same address.
    private List<ICanTell> CoordinatorsAtSeeds()
        => [.. _seeds.Select(seed => _system.ActorSelection(new RootActorPath(seed) / "user" / CoordinatorName / "singleton"))];

    private static ActorSystemSetup SetupOf(NodeOptions options)
        => ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(NodeConfig.Of(options)), new NodeTransportSetup(options.Identity));

    private static Address SeedAddress(string seed, string system, bool secure)
    {
        var colon = seed.LastIndexOf(':');
        return colon > 0 && int.TryParse(seed.AsSpan(colon + 1), out var port) && port is > 0 and <= 65535
            ? new Address($"akka.{NodeTransport.SchemeOf(secure)}", system, NodeTransport.HostOf(seed[..colon].Trim('[', ']')), port)
            : throw new NodeStartException($"'{seed}' is not an address to join by; write host:port, such as 10.0.0.5:4053");
    }
}
