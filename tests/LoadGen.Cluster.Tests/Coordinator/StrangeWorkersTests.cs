using Akka.Actor;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Protocol;
using LoadGen.Cluster.Tests.Fleet;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Tests.Coordinator;

/// <summary>A coordinator that stays, and workers that it cannot take as they are.</summary>
public sealed class StrangeWorkersTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Plan Plan = new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromMinutes(5)))),
        Limits = new Limits { ConnectTimeout = TimeSpan.FromMilliseconds(1), HandshakeTimeout = TimeSpan.FromMilliseconds(1) },
    };

    private readonly ActorSystem _system = ActorSystem.Create("strange", NodeConfig.Of(new NodeOptions { Roles = [NodeOptions.CoordinatorRole] }));
    private readonly IActorRef _coordinator;

    public StrangeWorkersTests()
    {
        AkkaCluster.Get(_system).Join(AkkaCluster.Get(_system).SelfAddress);
        _coordinator = _system.ActorOf(CoordinatorActor.PropsFor(null, new NoObserver(), TimeProvider.System));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await _system.Terminate();

    [Fact]
    public async Task A_worker_of_the_same_version_is_welcome()
        => Assert.IsType<ToWorker.Welcome>(await AnswerToAsync(new ToCoordinator.RegisterWorker("w1", "host", 1)));

    [Theory]
    [InlineData(0, "", "worker w1 speaks protocol version 0 (an older loadgen)")]
    [InlineData(WireVersion.Current + 1, "9.8.7", "(loadgen 9.8.7)")]
    public async Task A_worker_of_another_version_is_released_with_both_versions(int version, string program, string said)
    {
        var answer = await AnswerToAsync(new ToCoordinator.RegisterWorker("w1", "host", 1) { ProtocolVersion = version, Program = program });

        var release = Assert.IsType<ToWorker.Release>(answer);
        Assert.Equal(1, release.ExitCode);
        Assert.Contains(said, release.Reason, StringComparison.Ordinal);
        Assert.Contains($"this coordinator speaks version {WireVersion.Current} (loadgen {WireVersion.Program})", release.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_never_registered_is_asked_to_whatever_its_version()
        => Assert.IsType<ToWorker.RegisterAgain>(await AnswerToAsync(new ToCoordinator.Beat("", "w1", 1, 0, 0, TimeSpan.Zero)));

    [Fact]
    public async Task A_worker_that_sends_what_is_no_message_is_released_with_a_sentence()
    {
        var answer = await _coordinator.Ask<ToWorker>(new Malformed("beat", "'..' is not a worker's id"), Patience, Cancellation);

        var release = Assert.IsType<ToWorker.Release>(answer);
        Assert.Equal((1, "sent a malformed beat ('..' is not a worker's id)"), (release.ExitCode, release.Reason));
    }

    [Fact]
    public async Task A_malformed_report_costs_its_worker_its_place_and_the_run_goes_on()
    {
        await using var fleet = SimulatedFleet.Start(new FleetOptions { Workers = 3, Seconds = 300, ArrivalsPerSecond = 100 });
        await fleet.Observer.Until(progress => progress.Workers.Count == 3 && progress.Workers.All(worker => worker.LastReport > 0));

        var lost = fleet.Garble(1);
        var reportsBefore = 0L;
        await fleet.Observer.Until(progress => progress.Workers.Single(worker => worker.Id == lost) is { Stage: WorkerStage.Lost, IsSettled: true }
            && (reportsBefore = reportsBefore > 0 ? reportsBefore : ReportsOfOthers(progress, lost)) < ReportsOfOthers(progress, lost));
        fleet.Stop();
        var record = await fleet.EndAsync();

        Assert.Equal([lost], record.Workers.Where(worker => worker.LostAt is not null).Select(worker => worker.Id));
        Assert.True(record.Books.Balance, record.Books.ToString());
        Assert.All(record.Workers.Where(worker => worker.Id != lost), worker => Assert.Equal(0, worker.Books.Lost));
    }

    [Fact]
    public async Task A_stop_ends_the_run_of_a_worker_that_lives_and_never_tells_its_last()
    {
        var observer = new FleetObserver();
        var order = new RunOrder("run", Plan, 1, TimeSpan.FromMinutes(2)) { Lease = TimeSpan.FromSeconds(1) };
        _coordinator.Tell(new CoordinatorCommands.BeginRun(order, observer));
        var deaf = _system.ActorOf(DeafWorkerActor.PropsFor(_coordinator));
        await observer.Until(progress => progress.Stage == RunStage.Running);

        _coordinator.Tell(new CoordinatorCommands.StopRun(null, "enough"));

        var record = await observer.Ended.WaitAsync(Patience, Cancellation);
        Assert.Equal("enough", record.AbortReason);
        Assert.True(record.Books.Balance, record.Books.ToString());
        await deaf.WatchAsync(Cancellation);
    }

    private static long ReportsOfOthers(RunProgress progress, string lost) => progress.Workers.Where(worker => worker.Id != lost).Sum(worker => worker.LastReport);

    private Task<ToWorker> AnswerToAsync(ToCoordinator message) => _coordinator.Ask<ToWorker>(message, Patience, Cancellation);

    /// <summary>Beats and takes work, and never hears that the load should stop.</summary>
    private sealed class DeafWorkerActor : ReceiveActor, IWithTimers
    {
        public DeafWorkerActor(IActorRef coordinator)
        {
            coordinator.Tell(new ToCoordinator.RegisterWorker("deaf", "host", 1));
            Receive<ToWorker.PrepareRun>(run => coordinator.Tell(new ToCoordinator.WorkerPrepared(run.RunId, "deaf", "native")));
            Receive<ToWorker.AssignWork>(work => coordinator.Tell(new ToCoordinator.AssignmentTaken(work.RunId, "deaf", work.Assignment.Term, work.Assignment.Version, 0, false)));
            Receive<Beat>(_ => coordinator.Tell(new ToCoordinator.Beat("run", "deaf", 1, 1, 1, TimeSpan.Zero)));
            Receive<ToWorker.Release>(_ => Context.Stop(Self));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        public static Props PropsFor(IActorRef coordinator) => Props.Create(() => new DeafWorkerActor(coordinator));

        protected override void PreStart() => Timers.StartPeriodicTimer("beat", new Beat(), TimeSpan.FromMilliseconds(50));

        private sealed record Beat;
    }

    private sealed class NoObserver : IRunObserver
    {
        public void Progressed(RunProgress progress)
        {
        }

        public void Ended(RunEnding ending, RunRecord? record)
        {
        }

        public void WorkersLeft()
        {
        }
    }
}
