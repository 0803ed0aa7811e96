using System.Threading.Channels;
using Akka.Actor;
using LoadGen.Cluster.Protocol;
using LoadGen.Cluster.Worker;

namespace LoadGen.Cluster.Tests.Worker;

/// <summary>Each coordinator that takes over speaks with a higher term; a worker listens to the highest that it has heard.</summary>
public sealed class WorkerTermTests : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create(
        "test", "akka { loglevel = OFF, stdout-loglevel = OFF }\nloadgen.control-dispatcher.type = PinnedDispatcher");
    private readonly Channel<ToCoordinator> _told = Channel.CreateUnbounded<ToCoordinator>();
    private readonly TaskCompletionSource<int> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IActorRef _worker;

    public WorkerTermTests()
    {
        var coordinator = _system.ActorOf(Props.Create(() => new Forwarding(_told.Writer)));
        var services = new WorkerServices
        {
            CreateEngine = _ => new FakeEngine(_ => Task.FromResult(FakeEngine.Completed)),
            WarmUp = (_, _) => Task.CompletedTask,
            Observer = new CountingWorkerObserver(),
        };
        _worker = _system.ActorOf(WorkerActor.PropsFor("worker-1", new CoordinatorLine(coordinator, []), services, code => _released.TrySetResult(code)));
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    [Fact]
    public async Task A_worker_says_in_its_beats_which_coordinator_it_goes_by()
    {
        _worker.Tell(new ToWorker.Welcome("run", 3));
        Assert.Equal(3, (await NextBeatAsync(from: 1)).Term);

        _worker.Tell(new ToWorker.Welcome("run", 4));
        Assert.Equal(4, (await NextBeatAsync(from: 4)).Term);
    }

    [Fact]
    public async Task A_worker_does_not_listen_to_an_earlier_coordinator_any_more()
    {
        _worker.Tell(new ToWorker.Welcome("run", 2));
        _worker.Tell(new ToWorker.Release("run", 1, 11, ""));
        _worker.Tell(new ToWorker.Release("run", 2, 0, ""));

        Assert.Equal(0, await _released.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    // Beats from before it heard of a term may come first.
    private async Task<ToCoordinator.Beat> NextBeatAsync(int from)
    {
        while (true)
        {
            var told = await _told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            if (told is ToCoordinator.Beat beat && beat.Term >= from)
            {
                return beat;
            }
        }
    }

    private sealed class Forwarding : ReceiveActor
    {
        public Forwarding(ChannelWriter<ToCoordinator> told) => Receive<ToCoordinator>(message => told.TryWrite(message));
    }
}
