using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Worker;
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

    private ClusterNode(ActorSystem system)
    {
        _system = system;
        _cluster = AkkaCluster.Get(system);
    }

    /// <summary>Where other nodes reach this one: <c>host:port</c>.</summary>
    public string Address => $"{_cluster.SelfAddress.Host}:{_cluster.SelfAddress.Port}";

    /// <summary>Ends when the node is gone: it left, was downed, or could not join in time.</summary>
    public Task Terminated => _system.WhenTerminated;

    /// <summary>Starts a node and lets it join.</summary>
    /// <exception cref="NodeStartException">The address cannot be bound, or a seed is not an address.</exception>
    public static ClusterNode Start(NodeOptions options)
    {
        var seeds = options.Seeds.Select(SeedAddress).ToList();
        ActorSystem system;
        try
        {
            system = ActorSystem.Create(SystemName, NodeConfig.Of(options));
        }
        catch (Exception error)
        {
            throw new NodeStartException(
                $"cannot listen on {options.ListenHost}:{options.ListenPort}: {error.GetBaseException().Message}", error);
        }

        var node = new ClusterNode(system);
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
            WorkerActor.PropsFor(workerId, CoordinatorProxy(buffer: false), services, code => released.TrySetResult(code)), "worker");
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

    private static Address SeedAddress(string seed)
    {
        var colon = seed.LastIndexOf(':');
        return colon > 0 && int.TryParse(seed.AsSpan(colon + 1), out var port) && port is > 0 and <= 65535
            ? new Address("akka.tcp", SystemName, seed[..colon].Trim('[', ']'), port)
            : throw new NodeStartException($"'{seed}' is not an address to join by; write host:port, such as 10.0.0.5:4053");
    }
}
