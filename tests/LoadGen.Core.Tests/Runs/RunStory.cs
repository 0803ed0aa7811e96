using System.Collections.Immutable;
using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>
/// A run as its coordinator lives through it: each step is something that a worker does or that happens to it. Where no plan is
/// named, the load is 100 arrivals per second for 10 s, so that arrival n is due n hundredths of a second after the start.
/// </summary>
internal sealed class RunStory
{
    private static readonly GeneratorUsage Usage = new("host:1", 2, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.Zero);

    /// <summary>How every handshake of these stories ends.</summary>
    public static readonly Outcome Completed = Outcome.Completed(
        new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), default, null);

    private TimeSpan _now;

    private RunStory(RunState state) => State = state;

    public RunState State { get; private set; }

    /// <summary>What the latest step caused, without what is only said to people.</summary>
    public ImmutableArray<RunEffect> Effects { get; private set; } = [];

    /// <summary>What the latest step said to people.</summary>
    public ImmutableArray<string> Sentences { get; private set; } = [];

    /// <summary>The tallies that the latest step counted.</summary>
    public ImmutableArray<EncodedTally> Counted { get; private set; } = [];

    /// <summary>Where, of a run that is over, its end is told.</summary>
    public RunEnding.Finished Ending => Assert.IsType<RunEnding.Finished>(Assert.Single(Effects.OfType<RunEffect.End>()).Ending);

    /// <summary>A thousand arrivals, and workers of weight 1 that are all under load; their clocks and the coordinator's stand at the start of the load.</summary>
    public static RunStory Of(params string[] workers) => Of(PlanOf(new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10))))), workers);

    /// <summary>Another load.</summary>
    public static RunStory Of(Load load, params string[] workers) => Of(PlanOf(load), workers);

    /// <summary>Another plan.</summary>
    public static RunStory Of(Plan plan, params string[] workers)
    {
        var story = new RunStory(new RunState("run", plan, workers.Length));
        story.Step([.. workers.Select(worker => new RunEvent.WorkerRegistered(worker, "host"))]);
        story.Step([.. workers.Select(worker => new RunEvent.WorkerPrepared(worker, "native"))]);
        return story.At(0);
    }

    /// <summary>A run that another coordinator took over, <paramref name="seconds"/> after the start of its load.</summary>
    public static RunStory TakenOver((RunState State, ImmutableArray<RunEffect> Effects) resumed, double seconds)
        => new RunStory(resumed.State) { Effects = [.. resumed.Effects.Where(effect => effect is not RunEffect.Warn)] }.At(seconds);

    public static Plan PlanOf(Load load) => new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = load,
    };

    /// <summary>With a lease that the load is long enough for.</summary>
    public RunStory WithLease(double seconds)
    {
        State = State with { Lease = TimeSpan.FromSeconds(seconds) };
        return this;
    }

    /// <summary>What follows happens so long after the start of the load.</summary>
    public RunStory At(double seconds)
    {
        _now = State.LoadStart!.Value + TimeSpan.FromSeconds(seconds);
        return this;
    }

    public RunStory Registers(string worker, int weight = 1) => Step(new RunEvent.WorkerRegistered(worker, "host", weight));

    public RunStory IsReady(string worker) => Step(new RunEvent.WorkerPrepared(worker, "native"));

    /// <summary>Registers, and is ready at once.</summary>
    public RunStory Joins(string worker, int weight = 1)
        => Step(new RunEvent.WorkerRegistered(worker, "host", weight), new RunEvent.WorkerPrepared(worker, "native"));

    /// <summary>Goes by the present assignment: where that has a cut, the worker begins nothing from there or from what it has reached on.</summary>
    public RunStory Promises(string worker, long reached = 0, bool finished = false, int? version = null)
        => Step(new RunEvent.AssignmentTaken(worker, State.Assignment!.Term, version ?? State.Assignment.Version, reached, finished));

    /// <summary>Its next report, of handshakes that all completed.</summary>
    public RunStory Reports(string worker, long completed, long inFlight = 0) => Step(ReportOf(worker, State.Workers[worker].LastReport + 1, completed, inFlight, final: false, before: State.Workers[worker].Told));

    /// <summary>Its report of that number, of handshakes that all completed.</summary>
    public RunStory Reports(string worker, long number, long completed, long inFlight) => Step(ReportOf(worker, number, completed, inFlight, final: false));

    /// <summary>Its last report, of handshakes that all completed.</summary>
    public RunStory Finishes(string worker, long completed)
        => Step(ReportOf(worker, State.Workers[worker].LastReport + 1, completed, inFlight: 0, final: true, before: State.Workers[worker].Told));

    public RunStory Leaves(string worker) => Step(new RunEvent.WorkerLeaving(worker));

    /// <summary>Its process is gone.</summary>
    public RunStory Dies(string worker) => Step(new RunEvent.WorkerLost(worker));

    /// <summary>Gives a sign of life, and says which assignment it goes by; without one it is the present one.</summary>
    public RunStory IsHeard(string worker, int? version = null)
        => Step(new RunEvent.WorkerHeard(worker, State.RunId, State.Term, State.Assignment!.Term, version ?? State.Assignment.Version, _now));

    /// <summary>Gives a sign of life, and works on no run or on another one.</summary>
    public RunStory IsHeardWithout(string worker, string runId = "") => Step(new RunEvent.WorkerHeard(worker, runId, State.Term, 0, 0, _now));

    public RunStory IsStopped(string reason) => Step(new RunEvent.StopRequested(reason));

    public RunStory TimePasses() => Step(new RunEvent.TimePassed());

    /// <summary>One or several things that happen at once.</summary>
    public RunStory Step(params ImmutableArray<RunEvent> events)
    {
        var effects = ImmutableArray.CreateBuilder<RunEffect>();
        foreach (var happened in events)
        {
            (State, var caused) = State.Apply(happened, _now);
            effects.AddRange(caused);
        }

        Sentences = [.. effects.OfType<RunEffect.Warn>().Select(warn => warn.Sentence)];
        Counted = [.. effects.OfType<RunEffect.Merge>().Select(merge => merge.Part)];
        Effects = [.. effects.Where(effect => effect is not (RunEffect.Warn or RunEffect.Merge))];
        return this;
    }

    /// <summary>How many arrivals a worker is given in all, as the work is divided now.</summary>
    public long GivenTo(string worker) => State.Assignment!.GivenTo(State.Plan, worker);

    public Books BooksOf(string worker) => State.Workers[worker].Books;

    /// <summary>Who takes part now, and from which arrival on.</summary>
    public (long From, string Members) Division
        => (State.Assignment!.Divisions[^1].From, string.Join(' ', State.Assignment.Divisions[^1].Shares.Select(share => share.WorkerId)));

    public static RunEvent.ReportReceived ReportOf(string worker, long number, long completed, long inFlight, bool final, long before = 0)
    {
        var tally = new Tally(1, 1);
        for (var i = 0; i < completed; i++)
        {
            tally.Record(new Sample(i, 0, 0, default, default, TimeSpan.FromMilliseconds(1), Completed));
        }

        return RunEvent.ReportReceived.Parse(worker, new WorkerReport(number, number, before, inFlight, Usage, final, tally.Encode()), PlanOf(new Load.Closed(1, null, 1)));
    }
}
