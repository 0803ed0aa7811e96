using System.Collections.Concurrent;
using Akka.Actor;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>The load of one run on one worker, from its first assignment on: the actors that make it, and the arrivals they take.</summary>
internal sealed class WorkerLoad
{
    private readonly Plan _plan;
    private readonly string _workerId;
    private readonly RunClock _clock;
    private readonly ArrivalPump _arrivals;
    private readonly IActorRef _pump;
    private readonly CancellationTokenSource _holding;

    private WorkerLoad(Plan plan, string workerId, RunClock clock, ArrivalPump arrivals, IActorRef pump, IActorRef tally, CancellationTokenSource holding)
    {
        _plan = plan;
        _workerId = workerId;
        _clock = clock;
        _arrivals = arrivals;
        _pump = pump;
        _holding = holding;
        Tally = tally;
    }

    /// <summary>Counts what ends here.</summary>
    public IActorRef Tally { get; }

    /// <summary>Time since the start of the load.</summary>
    public TimeSpan Elapsed => _clock.Now;

    /// <summary>Whether it was told to begin nothing more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Whether nothing may begin because the lease has ended.</summary>
    public bool IsFenced => _arrivals.IsFenced;

    /// <param name="context">The worker's, whose children the actors become.</param>
    /// <param name="plan">What is run.</param>
    /// <param name="address">Whose load it is.</param>
    /// <param name="engine">Makes the clients.</param>
    /// <param name="startsIn">How long until the load starts; negative if it has started.</param>
    /// <param name="coordinator">Where reports go.</param>
    /// <param name="services">What the worker has from the program.</param>
    /// <param name="stopping">Ends handshakes at once.</param>
    public static WorkerLoad Begin(
        IActorContext context,
        Plan plan,
        TallyAddress address,
        IHandshakeEngine engine,
        TimeSpan startsIn,
        ICanTell coordinator,
        WorkerServices services,
        CancellationToken stopping)
    {
        var clock = new RunClock(services.Clock, startsIn);
        var samples = new ConcurrentQueue<Sample>();
        var arrivals = new ArrivalPump(plan);
        var holding = new CancellationTokenSource();
        var tally = context.ActorOf(
            TallyActor.PropsFor(address, plan, coordinator, new UsageMeter(clock), samples, services.Observer));
        var connections = ConnectionActor.PropsFor(engine, new ConnectionServices
        {
            Clock = clock,
            Samples = samples,
            Tally = tally,
            Observer = services.Observer,
            ClosedLoad = arrivals.IsClosedLoad ? arrivals : null,
            Cancellation = stopping,
            Holding = holding.Token,
        });
        // Until the first assignment more may come.
        _ = arrivals.Update([], isCut: true);
        var pump = context.ActorOf(ArrivalPumpActor.PropsFor(arrivals, clock, connections, tally, services));
        return new WorkerLoad(plan, address.WorkerId, clock, arrivals, pump, tally, holding);
    }

    /// <summary>Goes by an assignment from now on.</summary>
    /// <returns>The first arrival that was not come to, and whether everything here had ended before.</returns>
    public (long Reached, bool IsFinished) Take(Assignment assignment)
    {
        var taken = _arrivals.Update(assignment.SlicesOf(_plan, _workerId), assignment.CutAt is not null);
        LookAtTime();
        return taken;
    }

    /// <summary>Lets arrivals begin for so long from now.</summary>
    public void Renew(TimeSpan remaining)
    {
        var wasFenced = _arrivals.IsFenced;
        _arrivals.Renew(_clock.Now + remaining, _clock.Now);
        if (wasFenced)
        {
            LookAtTime();
        }
    }

    /// <summary>Lets nothing more begin. What is under way may end; connections that are held open are closed.</summary>
    public void Stop()
    {
        IsStopped = true;
        _holding.Cancel();
        _pump.Tell(new LoadMessages.StopPumping());
    }

    /// <summary>Ends the actors.</summary>
    public void End(IActorContext context)
    {
        _holding.Cancel();
        _holding.Dispose();
        context.Stop(_pump);
        context.Stop(Tally);
    }

    private void LookAtTime() => _pump.Tell(LoadMessages.LookAtTime.Instance);
}
