using System.Reflection;

namespace LoadGen.Cluster.Protocol;

/// <summary>Which messages a node understands. Only nodes of one version work together: numbers that mean two things would be wrong without a sign of it.</summary>
internal static class WireVersion
{
    /// <summary>Raised with every change that the node at the other end must know of.</summary>
    public const int Current = 4;

    /// <summary>The version of this program, for people.</summary>
    public static string Program { get; } =
        typeof(WireVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Why a worker may not take part; <see langword="null"/> if it may.</summary>
    public static string? RefusalOf(ToCoordinator.RegisterWorker worker) => worker.ProtocolVersion == Current ? null
        : $"worker {worker.WorkerId} speaks protocol version {worker.ProtocolVersion} ({(worker.Program.Length > 0 ? $"loadgen {worker.Program}" : "an older loadgen")}), "
            + $"this coordinator speaks version {Current} (loadgen {Program}); run the same version of loadgen on every node";
}

/// <content>A worker comes, stays in touch and leaves.</content>
internal abstract partial record ToCoordinator
{
    /// <summary>Here I am. Repeated until <see cref="ToWorker.Welcome"/> comes back; the worker knows of no run yet.</summary>
    /// <param name="WorkerId">Its name, unique in the cluster.</param>
    /// <param name="Host">The machine it runs on.</param>
    /// <param name="Weight">Its share of the work among others, at least 1.</param>
    public sealed record RegisterWorker(string WorkerId, string Host, int Weight)
        : ToCoordinator(WorkerId), IWireMessage<RegisterWorker, Wire.RegisterWorker>
    {
        public static string Manifest => "register-worker";

        public override string RunId => "";

        /// <summary>What its messages mean. A coordinator that speaks another version refuses it.</summary>
        public int ProtocolVersion { get; init; } = WireVersion.Current;

        /// <summary>The version of its program, for people; empty if it is from before there were versions.</summary>
        public string Program { get; init; } = WireVersion.Program;

        public static RegisterWorker FromWire(Wire.RegisterWorker wire) => new(
            WireValues.WorkerId(wire.WorkerId),
            WireValues.Name("the host", wire.Host),
            // Of another version, which is refused for that, the rest may mean something else.
            wire.ProtocolVersion == WireVersion.Current ? WireValues.Weight(wire.Weight) : 1)
        {
            ProtocolVersion = wire.ProtocolVersion,
            Program = WireValues.Name("the program", wire.Program),
        };

        public Wire.RegisterWorker ToWire()
            => new() { WorkerId = WorkerId, Host = Host, Weight = Weight, ProtocolVersion = ProtocolVersion, Program = Program };
    }

    /// <summary>I am alive. The answer renews the worker's lease, and tells the coordinator's time.</summary>
    /// <param name="RunId">The run it works on; empty for none.</param>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Term">The highest term of a coordinator that it has heard.</param>
    /// <param name="AssignmentTerm">The term of the assignment it follows; 0 for none.</param>
    /// <param name="Version">The version of that assignment; 0 for none.</param>
    /// <param name="Sent">When, by the worker's monotonic clock.</param>
    public sealed record Beat(string RunId, string WorkerId, int Term, int AssignmentTerm, int Version, TimeSpan Sent)
        : ToCoordinator(WorkerId), IWireMessage<Beat, Wire.Beat>
    {
        public static string Manifest => "beat";

        public override string RunId { get; } = RunId;

        public static Beat FromWire(Wire.Beat wire) => new(
            WireValues.RunIdOrNone(wire.RunId),
            WireValues.WorkerId(wire.WorkerId),
            (int)WireValues.Count("the term", wire.Term),
            (int)WireValues.Count("the assignment's term", wire.AssignmentTerm),
            (int)WireValues.Count("the version", wire.Version),
            WireValues.Time("the time", wire.SentTicks));

        public Wire.Beat ToWire() => new()
        {
            RunId = RunId, WorkerId = WorkerId, Term = Term, AssignmentTerm = AssignmentTerm, Version = Version, SentTicks = Sent.Ticks,
        };
    }

    /// <summary>I broke down and go: what I did not report is lost.</summary>
    public sealed record WorkerFailed(string RunId, string WorkerId, string Reason)
        : ToCoordinator(WorkerId), IWireMessage<WorkerFailed, Wire.WorkerFailed>
    {
        public static string Manifest => "worker-failed";

        public override string RunId { get; } = RunId;

        public static WorkerFailed FromWire(Wire.WorkerFailed wire)
            => new(WireValues.RunIdOrNone(wire.RunId), WireValues.WorkerId(wire.WorkerId), WireValues.Sentence(wire.Reason));

        public Wire.WorkerFailed ToWire() => new() { RunId = RunId, WorkerId = WorkerId, Reason = WireValues.Said(Reason) };
    }

    /// <summary>I was told to go: give my share to others.</summary>
    public sealed record WorkerLeaving(string RunId, string WorkerId)
        : ToCoordinator(WorkerId), IWireMessage<WorkerLeaving, Wire.WorkerLeaving>
    {
        public static string Manifest => "worker-leaving";

        public override string RunId { get; } = RunId;

        public static WorkerLeaving FromWire(Wire.WorkerLeaving wire)
            => new(WireValues.RunIdOrNone(wire.RunId), WireValues.WorkerId(wire.WorkerId));

        public Wire.WorkerLeaving ToWire() => new() { RunId = RunId, WorkerId = WorkerId };
    }
}

/// <content>What the coordinator answers, and how it lets a worker go.</content>
internal abstract partial record ToWorker
{
    /// <summary>You are registered; wait for work.</summary>
    public sealed record Welcome(string RunId, int Term) : ToWorker(RunId, Term), IWireMessage<Welcome, Wire.Welcome>
    {
        public static string Manifest => "welcome";

        public static Welcome FromWire(Wire.Welcome wire) => new(WireValues.RunIdOrNone(wire.RunId), WireValues.Term(wire.Term));

        public Wire.Welcome ToWire() => new() { RunId = RunId, Term = Term };
    }

    /// <summary>I do not know you: register.</summary>
    public sealed record RegisterAgain(string RunId, int Term) : ToWorker(RunId, Term), IWireMessage<RegisterAgain, Wire.RegisterAgain>
    {
        public static string Manifest => "register-again";

        public static RegisterAgain FromWire(Wire.RegisterAgain wire)
            => new(WireValues.RunIdOrNone(wire.RunId), WireValues.Term(wire.Term));

        public Wire.RegisterAgain ToWire() => new() { RunId = RunId, Term = Term };
    }

    /// <summary>Answer to a beat. The worker's lease counts from the moment it sent that beat.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The coordinator.</param>
    /// <param name="Sent">What the beat said.</param>
    /// <param name="Now">The coordinator's monotonic clock.</param>
    public sealed record BeatAnswered(string RunId, int Term, TimeSpan Sent, TimeSpan Now)
        : ToWorker(RunId, Term), IWireMessage<BeatAnswered, Wire.BeatAnswered>
    {
        public static string Manifest => "beat-answered";

        public static BeatAnswered FromWire(Wire.BeatAnswered wire)
            => new(WireValues.RunIdOrNone(wire.RunId), WireValues.Term(wire.Term), WireValues.Time("the time", wire.SentTicks), WireValues.Time("the time", wire.NowTicks));

        public Wire.BeatAnswered ToWire() => new() { RunId = RunId, Term = Term, SentTicks = Sent.Ticks, NowTicks = Now.Ticks };
    }

    /// <summary>The run has ended and nothing is expected of you any more.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The coordinator.</param>
    /// <param name="ExitCode">The code your process should exit with.</param>
    /// <param name="Reason">Why, where it is not plain that the run has ended; empty otherwise.</param>
    public sealed record Release(string RunId, int Term, int ExitCode, string Reason)
        : ToWorker(RunId, Term), IWireMessage<Release, Wire.Release>
    {
        public static string Manifest => "release";

        public static Release FromWire(Wire.Release wire)
            => new(
                WireValues.RunIdOrNone(wire.RunId),
                WireValues.Term(wire.Term),
                (int)WireValues.Within("the exit code", wire.ExitCode, 0, 255),
                WireValues.Sentence(wire.Reason));

        public Wire.Release ToWire() => new() { RunId = RunId, Term = Term, ExitCode = ExitCode, Reason = WireValues.Said(Reason) };
    }
}
