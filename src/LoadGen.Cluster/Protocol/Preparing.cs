using LoadGen.Core.Plans;

namespace LoadGen.Cluster.Protocol;

/// <content>A worker prepares for a plan, or says why it cannot.</content>
internal abstract partial record ToWorker
{
    /// <summary>Prepare for a plan, and answer with <see cref="ToCoordinator.WorkerPrepared"/>.</summary>
    public sealed record PrepareRun(string RunId, int Term, Plan Plan, TimeSpan Lease)
        : ToWorker(RunId, Term), IWireMessage<PrepareRun, Wire.PrepareRun>
    {
        public static string Manifest => "prepare-run";

        public static PrepareRun FromWire(Wire.PrepareRun wire)
            => new(WireValues.RunId(wire.RunId), WireValues.Term(wire.Term), PlanWire.Decode(wire.Plan), WireValues.Time("the lease", wire.LeaseTicks));

        public Wire.PrepareRun ToWire() => new() { RunId = RunId, Term = Term, Plan = PlanWire.Encode(Plan), LeaseTicks = Lease.Ticks };
    }
}

/// <content>The three answers.</content>
internal abstract partial record ToCoordinator
{
    /// <summary>Ready to start, with this cryptography.</summary>
    public sealed record WorkerPrepared(string RunId, string WorkerId, string Crypto)
        : ToCoordinator(WorkerId), IWireMessage<WorkerPrepared, Wire.WorkerPrepared>
    {
        public static string Manifest => "worker-prepared";

        public override string RunId { get; } = RunId;

        public static WorkerPrepared FromWire(Wire.WorkerPrepared wire)
            => new(WireValues.RunId(wire.RunId), WireValues.WorkerId(wire.WorkerId), WireValues.Name("the cryptography", wire.Crypto));

        public Wire.WorkerPrepared ToWire() => new() { RunId = RunId, WorkerId = WorkerId, Crypto = Crypto };
    }

    /// <summary>Policy forbids targets here; nothing was dialled.</summary>
    public sealed record TargetsRefused(string RunId, string WorkerId, IReadOnlyList<string> Reasons)
        : ToCoordinator(WorkerId), IWireMessage<TargetsRefused, Wire.TargetsRefused>
    {
        public static string Manifest => "targets-refused";

        public override string RunId { get; } = RunId;

        public static TargetsRefused FromWire(Wire.TargetsRefused wire)
            => new(WireValues.RunId(wire.RunId), WireValues.WorkerId(wire.WorkerId), WireValues.Sentences(wire.Reasons));

        public Wire.TargetsRefused ToWire() => new() { RunId = RunId, WorkerId = WorkerId, Reasons = { WireValues.Said(Reasons) } };
    }

    /// <summary>This worker cannot do what the plan asks.</summary>
    public sealed record PreparationFailed(string RunId, string WorkerId, string Reason)
        : ToCoordinator(WorkerId), IWireMessage<PreparationFailed, Wire.PreparationFailed>
    {
        public static string Manifest => "preparation-failed";

        public override string RunId { get; } = RunId;

        public static PreparationFailed FromWire(Wire.PreparationFailed wire)
            => new(WireValues.RunId(wire.RunId), WireValues.WorkerId(wire.WorkerId), WireValues.Sentence(wire.Reason));

        public Wire.PreparationFailed ToWire() => new() { RunId = RunId, WorkerId = WorkerId, Reason = WireValues.Said(Reason) };
    }
}
