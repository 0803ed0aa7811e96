using Google.Protobuf;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Protocol;

/// <content>What workers keep for a coordinator that may have to take over, and how it asks for it.</content>
internal abstract partial record ToWorker
{
    /// <summary>Hold this for a coordinator that may have to take over, instead of any before it.</summary>
    public sealed record HoldCheckpoint(string RunId, int Term, Checkpoint Checkpoint)
        : ToWorker(RunId, Term), IWireMessage<HoldCheckpoint, Wire.HoldCheckpoint>
    {
        public static string Manifest => "hold-checkpoint";

        public static HoldCheckpoint FromWire(Wire.HoldCheckpoint wire)
            => new(WireValues.RunId(wire.RunId), WireValues.Term(wire.Term), CheckpointWire.FromWire(wire.Checkpoint));

        public Wire.HoldCheckpoint ToWire() => new() { RunId = RunId, Term = Term, Checkpoint = CheckpointWire.ToWire(Checkpoint) };
    }

    /// <summary>I take over: tell everything that you know.</summary>
    public sealed record TellInventory(string RunId, int Term) : ToWorker(RunId, Term), IWireMessage<TellInventory, Wire.TellInventory>
    {
        public static string Manifest => "tell-inventory";

        public static TellInventory FromWire(Wire.TellInventory wire) => new(WireValues.RunId(wire.RunId), WireValues.Term(wire.Term));

        public Wire.TellInventory ToWire() => new() { RunId = RunId, Term = Term };
    }
}

/// <content>What a worker holds, and all that it tells a new coordinator.</content>
internal abstract partial record ToCoordinator
{
    /// <summary>The checkpoint is held; what it covers need not be kept any more.</summary>
    public sealed record CheckpointHeld(string RunId, string WorkerId, int Version)
        : ToCoordinator(WorkerId), IWireMessage<CheckpointHeld, Wire.CheckpointHeld>
    {
        public static string Manifest => "checkpoint-held";

        public override string RunId { get; } = RunId;

        public static CheckpointHeld FromWire(Wire.CheckpointHeld wire)
            => new(WireValues.RunId(wire.RunId), WireValues.WorkerId(wire.WorkerId), WireValues.Version(wire.Version));

        public Wire.CheckpointHeld ToWire() => new() { RunId = RunId, WorkerId = WorkerId, Version = Version };
    }

    /// <summary>That run has ended, as a coordinator before has said.</summary>
    public sealed record RunOver(string RunId, string WorkerId)
        : ToCoordinator(WorkerId), IWireMessage<RunOver, Wire.RunOver>
    {
        public static string Manifest => "run-over";

        public override string RunId { get; } = RunId;

        public static RunOver FromWire(Wire.RunOver wire) => new(WireValues.RunId(wire.RunId), WireValues.WorkerId(wire.WorkerId));

        public Wire.RunOver ToWire() => new() { RunId = RunId, WorkerId = WorkerId };
    }

    /// <summary>Everything a new coordinator needs from one worker to go on with the run.</summary>
    public sealed record InventoryTold(RunInventory Inventory)
        : ToCoordinator(Inventory.WorkerId), IWireMessage<InventoryTold, Wire.Inventory>
    {
        public static string Manifest => "inventory";

        public override string RunId => Inventory.RunId;

        public static InventoryTold FromWire(Wire.Inventory wire) => new(new RunInventory
        {
            RunId = WireValues.RunId(wire.RunId),
            WorkerId = WireValues.WorkerId(wire.WorkerId),
            Host = WireValues.Name("the host", wire.Host),
            Weight = WireValues.Weight(wire.Weight),
            Crypto = WireValues.Name("the cryptography", wire.Crypto),
            Plan = PlanWire.Decode(wire.Plan),
            Lease = WireValues.Time("the lease", wire.LeaseTicks),
            Assignment = AssignmentWire.Decode(wire.Assignment),
            Elapsed = WireValues.Moment("the elapsed time", wire.ElapsedTicks),
            StartedAt = new DateTimeOffset(wire.StartedAtTicks, TimeSpan.Zero),
            Stopped = wire.Stopped,
            Checkpoint = wire.Checkpoint is null ? null : CheckpointWire.FromWire(wire.Checkpoint),
            Reports = [.. wire.Reports.Select(ReportWire.FromWire)],
        });

        public Wire.Inventory ToWire() => new()
        {
            RunId = RunId,
            WorkerId = WorkerId,
            Host = Inventory.Host,
            Weight = Inventory.Weight,
            Crypto = Inventory.Crypto,
            Plan = PlanWire.Encode(Inventory.Plan),
            LeaseTicks = Inventory.Lease.Ticks,
            Assignment = AssignmentWire.Encode(Inventory.Assignment),
            ElapsedTicks = Inventory.Elapsed.Ticks,
            StartedAtTicks = Inventory.StartedAt.UtcTicks,
            Stopped = Inventory.Stopped,
            Checkpoint = Inventory.Checkpoint is { } checkpoint ? CheckpointWire.ToWire(checkpoint) : null,
            Reports = { Inventory.Reports.Select(ReportWire.ToWire) },
        };
    }
}

/// <summary>Checkpoints as they travel.</summary>
internal static class CheckpointWire
{
    public static Wire.Checkpoint ToWire(Checkpoint checkpoint) => new()
    {
        Version = checkpoint.Version,
        Workers = { checkpoint.Workers.Select(ToWire) },
        Tally = UnsafeByteOperations.UnsafeWrap(checkpoint.EncodedTally),
    };

    public static Checkpoint FromWire(Wire.Checkpoint? wire)
    {
        if (wire is null)
        {
            throw new ArgumentException("the checkpoint is missing");
        }

        WorkerState[] workers = [.. wire.Workers.Select(FromWire)];
        return workers.DistinctBy(worker => worker.Id, StringComparer.Ordinal).Count() == workers.Length
            ? new Checkpoint(WireValues.Version(wire.Version), workers, wire.Tally.ToByteArray())
            : throw new ArgumentException("the checkpoint has a worker twice");
    }

    private static Wire.WorkerCount ToWire(WorkerState worker)
    {
        var wire = new Wire.WorkerCount
        {
            WorkerId = worker.Id,
            Host = worker.Host,
            Weight = worker.Weight,
            Crypto = worker.Crypto ?? "",
            LastReport = worker.LastReport,
            Told = worker.Told,
            Books = CountsWire.ToWire(worker.Books),
            InFlight = worker.InFlight,
            Usage = worker.Usage is { } usage ? CountsWire.ToWire(usage) : null,
            Stage = (int)worker.Stage,
            Leaving = worker.IsLeaving,
            Settled = worker.IsSettled,
        };
        if (worker.LostAt is { } lostAt)
        {
            wire.LostAtTicks = lostAt.Ticks;
        }

        return wire;
    }

    private static WorkerState FromWire(Wire.WorkerCount wire) => new(
        WireValues.WorkerId(wire.WorkerId), WireValues.Name("the host", wire.Host), WireValues.Weight(wire.Weight))
    {
        Crypto = wire.Crypto.Length == 0 ? null : WireValues.Name("the cryptography", wire.Crypto),
        LastReport = WireValues.Within("the number", wire.LastReport, 0, long.MaxValue),
        Told = WireValues.Count("what was told", wire.Told),
        Books = CountsWire.FromWire(wire.Books),
        InFlight = WireValues.Count("the number in flight", wire.InFlight),
        Usage = CountsWire.FromWire(wire.Usage),
        Stage = Enum.IsDefined((WorkerStage)wire.Stage) ? (WorkerStage)wire.Stage : throw new ArgumentException("a worker's stage is unknown"),
        LostAt = wire.HasLostAtTicks ? WireValues.Moment("the loss", wire.LostAtTicks) : null,
        IsLeaving = wire.Leaving,
        IsSettled = wire.Settled,
        TookPart = true,
    };
}
