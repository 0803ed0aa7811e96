using Akka.Actor;
using LoadGen.Cluster.Nodes;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// Counts what ends on this worker, on a thread of its own, and makes the reports of it that <see cref="WorkerRun"/> asks for,
/// each holding what ended since the one before.
/// </summary>
internal sealed class TallyActor : RunActor
{
    private static readonly TimeSpan TakeEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly string _runId;
    private readonly string _workerId;
    private readonly RunClock _clock;
    private readonly LoadRecords _records;
    private readonly Func<int> _inFlight;
    private readonly IWorkerObserver _observer;
    private readonly UsageMeter _usage;
    private readonly Tally _fresh;
    private readonly Tally _tally;
    private readonly Tally _reported;

    public TallyActor(string runId, string workerId, Plan plan, RunClock clock, LoadRecords records, Func<int> inFlight, IWorkerObserver observer)
    {
        _runId = runId;
        _workerId = workerId;
        _clock = clock;
        _records = records;
        _inFlight = inFlight;
        _observer = observer;
        _usage = new UsageMeter(clock);
        _fresh = new Tally(plan.Targets.Count, plan.Profiles.Count);
        _tally = new Tally(plan.Targets.Count, plan.Profiles.Count);
        _reported = new Tally(plan.Targets.Count, plan.Profiles.Count);

        Receive<TakeRecords>(_ => _records.MoveTo(_fresh));
        Receive<SecondOver>(_ =>
        {
            TakeIn();
            Context.Parent.Tell(new WorkerEvent.SecondPassed(_runId));
        });
        Receive<WorkerEffect.MakeReport>(Report);
        Receive<TellCounted>(_ => Sender.Tell(new Counted(CountedInAll(), _usage.Read())));
    }

    /// <param name="runId">The run.</param>
    /// <param name="workerId">The worker.</param>
    /// <param name="plan">What is run.</param>
    /// <param name="clock">Time since the start of the load.</param>
    /// <param name="records">What ends.</param>
    /// <param name="inFlight">Says how many connections are in progress.</param>
    /// <param name="observer">Sees what was counted.</param>
    public static Props PropsFor(string runId, string workerId, Plan plan, RunClock clock, LoadRecords records, Func<int> inFlight, IWorkerObserver observer)
        => Props.Create(() => new TallyActor(runId, workerId, plan, clock, records, inFlight, observer)).WithDispatcher("loadgen.tally-dispatcher");

    protected override void PostStop() => _observer.Counted(_runId, _workerId, _fresh, inFlight: 0);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("records", TakeRecords.Instance, TakeEvery);
        // At each whole second of the load, which has not begun yet, or continues already for a worker that joins it.
        var now = _clock.Now;
        var toFirst = now < TimeSpan.Zero ? ReportEvery - now : ReportEvery - new TimeSpan(now.Ticks % ReportEvery.Ticks);
        Timers.StartPeriodicTimer("second", SecondOver.Instance, toFirst, ReportEvery);
    }

    // What was counted cannot be trusted any more: the worker ends with this reason.
    protected override void BreakDown(string reason) => Context.Parent.Tell(new WorkerEvent.LoadFailed(_runId, reason));

    // What is seen is what is reported, at the same time.
    private void TakeIn()
    {
        _records.MoveTo(_fresh);
        _observer.Counted(_runId, _workerId, _fresh, _inFlight());
        _tally.Merge(_fresh);
        _fresh.Reset();
    }

    private void Report(WorkerEffect.MakeReport report)
    {
        TakeIn();
        var before = _reported.Books.Scheduled;
        _reported.Merge(_tally);
        var made = new WorkerReport(report.Number, report.Number, before, _inFlight(), _usage.Read(), report.Final, _tally.Encode());
        _tally.Reset();
        Context.Parent.Tell(new WorkerEvent.ReportMade(_runId, made));
    }

    private Tally CountedInAll()
    {
        TakeIn();
        var counted = new Tally(_reported.TargetCount, _reported.ProfileCount);
        counted.Merge(_reported);
        counted.Merge(_tally);
        return counted;
    }

    /// <summary>Say everything that was counted, reported or not; answered by <see cref="Counted"/>.</summary>
    public sealed record TellCounted;

    /// <summary>Everything that was counted.</summary>
    public sealed record Counted(Tally Tally, GeneratorUsage Usage);

    private sealed record TakeRecords
    {
        public static readonly TakeRecords Instance = new();
    }

    private sealed record SecondOver
    {
        public static readonly SecondOver Instance = new();
    }
}
