using Akka.Actor;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Tests.Coordinator;

/// <summary>A coordinator that stays, and workers that it cannot take as they are.</summary>
public sealed class StrangeWorkersTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

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

    private Task<ToWorker> AnswerToAsync(ToCoordinator message) => _coordinator.Ask<ToWorker>(message, Patience, Cancellation);

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
