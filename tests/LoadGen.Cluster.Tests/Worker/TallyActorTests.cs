using System.Collections.Concurrent;
using System.Threading.Channels;
using Akka.Actor;
using LoadGen.Cluster.Protocol;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Worker;

public sealed class TallyActorTests : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("test", "akka { loglevel = OFF, stdout-loglevel = OFF }\nloadgen.tally-dispatcher.type = PinnedDispatcher");
    private readonly Channel<ToCoordinator.TallyReported> _reports = Channel.CreateUnbounded<ToCoordinator.TallyReported>();
    private readonly TaskCompletionSource _delivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IActorRef _tally;

    public TallyActorTests()
    {
        var coordinator = _system.ActorOf(Props.Create(() => new Forwarding(_reports.Writer)));
        var owner = _system.ActorOf(Props.Create(() => new Owner(coordinator, _delivered)));
        _tally = owner.Ask<IActorRef>("tally").GetAwaiter().GetResult();
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    [Fact]
    public async Task A_report_is_repeated_with_its_number_until_it_is_acknowledged()
    {
        Drop(5);
        _tally.Tell(new LoadMessages.SendReport(2));

        var first = await NextAsync();
        var again = await NextAsync();

        Assert.Equal((1L, 5L, 2L), (first.Number, first.Ended.Dropped, first.InFlight));
        Assert.Equal(first.Number, again.Number);
        Assert.Same(first.EncodedTally, again.EncodedTally);
    }

    [Fact]
    public async Task What_ends_while_a_report_is_on_its_way_is_in_the_next_one_and_nowhere_else()
    {
        Drop(5);
        _tally.Tell(new LoadMessages.SendReport(0));
        var first = await NextAsync();
        Drop(3);
        _tally.Tell(new LoadMessages.SendReport(0));
        Acknowledge(first);
        _tally.Tell(new LoadMessages.SendReport(0));

        var second = await NextAsync(after: first.Number);

        Assert.Equal((2L, 3L), (second.Number, second.Ended.Dropped));
        var sum = new Tally(1, 1);
        sum.MergeEncoded(first.EncodedTally);
        sum.MergeEncoded(second.EncodedTally);
        Assert.Equal(8, sum.Books.Dropped);
    }

    [Fact]
    public async Task An_acknowledgement_of_another_number_changes_nothing()
    {
        _tally.Tell(new LoadMessages.SendReport(0));
        var first = await NextAsync();

        _tally.Tell(new ToWorker.AcknowledgeReport("run", 1, first.Number + 1, 0, 0));
        Assert.Equal(first.Number, (await NextAsync()).Number);
    }

    [Fact]
    public async Task The_final_report_waits_for_the_one_before_it_and_says_when_it_was_delivered()
    {
        _tally.Tell(new LoadMessages.SendReport(0));
        var first = await NextAsync();
        Drop(1);
        _tally.Tell(new LoadMessages.SendFinalReport());
        Acknowledge(first);

        var final = await NextAsync(after: first.Number);
        Assert.True(final.Final);
        Assert.Equal(1, final.Ended.Dropped);
        Assert.False(_delivered.Task.IsCompleted);
        Acknowledge(final);
        await _delivered.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private void Drop(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _tally.Tell(new LoadMessages.ArrivalDropped(new Arrival(i, TimeSpan.Zero, 0, 0)));
        }
    }

    private void Acknowledge(ToCoordinator.TallyReported report) => _tally.Tell(new ToWorker.AcknowledgeReport("run", 1, report.Number, report.Number, 0));

    // Repetitions of a report that was read already may still come.
    private async Task<ToCoordinator.TallyReported> NextAsync(long after = 0)
    {
        while (true)
        {
            var report = await _reports.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            if (report.Number > after)
            {
                return report;
            }
        }
    }

    private sealed class Forwarding : ReceiveActor
    {
        public Forwarding(ChannelWriter<ToCoordinator.TallyReported> reports)
            => Receive<ToCoordinator.TallyReported>(report => reports.TryWrite(report));
    }

    private sealed class Owner : ReceiveActor
    {
        public Owner(IActorRef coordinator, TaskCompletionSource delivered)
        {
            var plan = new Plan
            {
                Name = "test",
                Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
                Profiles = [new Profile { Name = "p" }],
                Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
            };
            var meter = new UsageMeter(new RunClock(TimeProvider.System, TimeSpan.Zero));
            var tally = Context.ActorOf(
                TallyActor.PropsFor(new TallyAddress("run", "worker-1"), plan, coordinator, meter, new ConcurrentQueue<Sample>(), new CountingWorkerObserver()));
            Receive<string>(_ => Sender.Tell(tally));
            Receive<LoadMessages.ReportsDelivered>(_ => delivered.SetResult());
        }
    }
}
