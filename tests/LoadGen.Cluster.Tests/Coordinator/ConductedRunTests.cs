using Akka.Actor;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Tests.Worker;

namespace LoadGen.Cluster.Tests.Coordinator;

public sealed class ConductedRunTests
{
    [Theory]
    [InlineData(-0.5)]
    [InlineData(-1.15)]
    [InlineData(-1.684)]
    [InlineData(-60)]
    public async Task A_load_that_started_before_its_coordinator_came_to_it_is_shown_from_its_next_second_on(double startsInSeconds)
    {
        var shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var system = ActorSystem.Create("late");
        system.ActorOf(Props.Create(() => new LateCoordinator(TimeSpan.FromSeconds(startsInSeconds), shown)));

        await shown.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private sealed class LateCoordinator : ReceiveActor, IWithTimers
    {
        private readonly TimeSpan _startsIn;

        public LateCoordinator(TimeSpan startsIn, TaskCompletionSource shown)
        {
            _startsIn = startsIn;
            ReceiveAny(_ => shown.TrySetResult());
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => new ConductedRun(new WaitingRunObserver(), Timers).Start(_startsIn, DateTimeOffset.UtcNow);
    }
}
