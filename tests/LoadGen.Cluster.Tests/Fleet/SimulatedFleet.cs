using Akka.Actor;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>
/// One run of the real coordinator with many simulated workers in one process. Every message between them is encoded and
/// decoded by the real serializer; there is no network. The coordinator, and its ends of the connections, have the threads
/// that they have in the program; workers have others.
/// </summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    private readonly FleetOptions _options;
    private readonly FleetReports _reports;
    private readonly ActorSystem _system;
    private readonly IActorRef _coordinator;
    private readonly List<IActorRef> _links = [];

    private SimulatedFleet(FleetOptions options, FleetReports reports)
    {
        _options = options;
        _reports = reports;
        Plan = PlanOf(options);
        _system = ActorSystem.Create("fleet", NodeConfig.Of(new NodeOptions { Roles = [NodeOptions.CoordinatorRole] }));
        AkkaCluster.Get(_system).Join(AkkaCluster.Get(_system).SelfAddress);
        var order = new RunOrder("run-of-a-fleet", Plan, options.Workers, TimeSpan.FromMinutes(2));
        _coordinator = _system.ActorOf(CoordinatorActor.PropsFor(order, Observer, TimeProvider.System), "coordinator");
    }

    public Plan Plan { get; }

    public FleetObserver Observer { get; } = new();

    public FleetLog Log { get; } = new();

    /// <summary>Everything that was reported and acknowledged.</summary>
    public Tally Reported
    {
        get
        {
            var sum = new Tally(FleetReports.Targets, FleetReports.Profiles);
            foreach (var tally in Log.Counted)
            {
                sum.MergeEncoded(tally);
            }

            return sum;
        }
    }

    /// <summary>Starts a coordinator and all workers at once.</summary>
    public static SimulatedFleet Start(FleetOptions options)
    {
        var reports = new FleetReports(options.ArrivalsPerSecond);
        reports.Make(options.Seconds, options.ArrivalsPerSecond);
        var fleet = new SimulatedFleet(options, reports);
        for (var i = 0; i < options.Workers; i++)
        {
            fleet.Join();
        }

        return fleet;
    }

    /// <summary>One more worker comes.</summary>
    /// <returns>Its id.</returns>
    public string Join()
    {
        var index = _links.Count;
        var reportsAfter = _options.SpreadsReports ? TimeSpan.FromSeconds((double)index / _options.Workers) : TimeSpan.Zero;
        _links.Add(_system.ActorOf(LinkActor.PropsFor(_coordinator, FleetWorkerActor.PropsFor(index, reportsAfter, _reports, Log), Log)));
        return FleetWorkerActor.NameOf(index);
    }

    /// <summary>A worker vanishes, as soon as it has no report on its way.</summary>
    /// <returns>Its id.</returns>
    public string Lose(int worker)
    {
        _links[worker].Tell(new FleetWorkerActor.Die());
        return FleetWorkerActor.NameOf(worker);
    }

    /// <summary>A worker sends bytes that are no message.</summary>
    /// <returns>Its id.</returns>
    public string Garble(int worker)
    {
        _links[worker].Tell(new WireBytes("tally-reported", [0xff, 0xff, 0xff]));
        return FleetWorkerActor.NameOf(worker);
    }

    public void Stop() => _coordinator.Tell(new CoordinatorCommands.StopRun(null, "seen enough"));

    /// <summary>The run's record, once it is over and every worker is gone.</summary>
    public async Task<RunRecord> EndAsync()
    {
        var record = await Observer.Ended;
        await Task.WhenAll(_links.Select(link => link.WatchAsync()));
        return record;
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    private static Plan PlanOf(FleetOptions options) => new()
    {
        Name = "fleet",
        Targets = [.. Enumerable.Range(0, FleetReports.Targets).Select(i => new Target
        {
            Name = $"target-{i}", Host = "127.0.0.1", Port = 443 + i, ServerName = "localhost",
        })],
        Profiles = [.. Enumerable.Range(0, FleetReports.Profiles).Select(i => new Profile { Name = $"profile-{i}" })],
        Load = new Load.Open(new Schedule(new Constant((double)options.Workers * options.ArrivalsPerSecond, TimeSpan.FromSeconds(options.Seconds)))),
        Limits = new Limits { Connections = 100 * options.Workers },
    };
}
