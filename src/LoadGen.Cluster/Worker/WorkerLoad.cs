using Akka.Actor;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Runs;
using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Worker;

/// <summary>The load of one run on one worker, from its first assignment on: who paces it and who counts it.</summary>
internal sealed class WorkerLoad : IPacerOwner
{
    private readonly RunOffer _run;
    private readonly string _workerId;
    private readonly IActorRef _worker;
    private readonly Pacer _pacer;

    /// <param name="context">The worker's, whose child the tally becomes.</param>
    /// <param name="workerId">The worker.</param>
    /// <param name="run">What is run.</param>
    /// <param name="startsIn">How long until the load starts; negative if it has started.</param>
    /// <param name="engine">Makes the clients.</param>
    /// <param name="services">What the worker has from the program.</param>
    public WorkerLoad(IActorContext context, string workerId, RunOffer run, TimeSpan startsIn, IHandshakeEngine engine, WorkerServices services)
    {
        _run = run;
        _workerId = workerId;
        _worker = context.Self;
        var clock = new RunClock(services.Clock, startsIn);
        var records = new LoadRecords(engine);
        _pacer = new Pacer(run.Plan, engine, clock, records, this);
        Tally = context.ActorOf(TallyActor.PropsFor(run.RunId, workerId, run.Plan, clock, records, () => _pacer.InFlight, services.Observer));
    }

    /// <summary>Counts what ends here.</summary>
    public IActorRef Tally { get; }

    /// <summary>Follows an assignment from now on.</summary>
    public WorkerEvent.Divided Take(Assignment assignment)
    {
        var (reached, isFinished) = _pacer.Take(assignment.SlicesOf(_run.Plan, _workerId), assignment.CutAt is not null);
        return new WorkerEvent.Divided(_run.RunId, assignment.Term, assignment.Version, reached, isFinished);
    }

    /// <summary>Lets arrivals begin for so long from now.</summary>
    public void Renew(TimeSpan remaining) => _pacer.Renew(remaining);

    /// <summary>Lets nothing more begin.</summary>
    public void Stop() => _pacer.Stop();

    /// <summary>Ends everything at once.</summary>
    public void End(IActorContext context)
    {
        _pacer.Dispose();
        context.Stop(Tally);
    }

    void IPacerOwner.Drained() => _worker.Tell(new WorkerEvent.Drained(_run.RunId), ActorRefs.NoSender);

    void IPacerOwner.LoadFailed(Exception error)
        => _worker.Tell(new WorkerEvent.LoadFailed(_run.RunId, $"{error.GetType().Name}: {error.Message}"), ActorRefs.NoSender);
}
