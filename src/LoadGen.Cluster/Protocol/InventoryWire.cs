using Google.Protobuf;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Protocol;

/// <summary>What a coordinator that takes over is told, as it travels.</summary>
internal static class InventoryWire
{
    public static Wire.Inventory ToWire(ToCoordinator.Inventory inventory)
    {
        var wire = WithoutAssignment(inventory);
        if (inventory.Assignment is { } assignment)
        {
            wire.Assignment = AssignmentWire.Encode(assignment);
        }

        return wire;
    }

    private static Wire.Inventory WithoutAssignment(ToCoordinator.Inventory inventory) => new()
    {
        RunId = inventory.RunId,
        WorkerId = inventory.WorkerId,
        Host = inventory.Host,
        Weight = inventory.Weight,
        Crypto = inventory.Crypto,
        Term = inventory.Term,
        Plan = PlanWire.ToWire(inventory.Plan),
        LeaseTicks = inventory.Lease.Ticks,
        ElapsedTicks = inventory.Elapsed.Ticks,
        StartedAtTicks = inventory.StartedAt.UtcTicks,
        Stopped = inventory.Stopped,
        Checkpoint = inventory.Checkpoint is { } checkpoint ? ToWire(checkpoint) : null,
        Reports = { inventory.Reports.Select(ReportWire.ToWire) },
    };

    public static ToCoordinator.Inventory FromWire(Wire.Inventory wire) => new(wire.RunId, wire.WorkerId)
    {
        Host = wire.Host,
        Weight = wire.Weight,
        Crypto = wire.Crypto,
        Term = wire.Term,
        Plan = PlanWire.FromWire(wire.Plan),
        Lease = new TimeSpan(wire.LeaseTicks),
        Assignment = wire.HasAssignment ? AssignmentWire.Decode(wire.Assignment) : null,
        Elapsed = new TimeSpan(wire.ElapsedTicks),
        StartedAt = new DateTimeOffset(wire.StartedAtTicks, TimeSpan.Zero),
        Stopped = wire.Stopped,
        Checkpoint = wire.Checkpoint is null ? null : FromWire(wire.Checkpoint),
        Reports = [.. wire.Reports.Select(ReportWire.FromWire)],
    };

    public static Wire.Checkpoint ToWire(Checkpoint checkpoint) => new()
    {
        Version = checkpoint.Version,
        Workers = { checkpoint.Workers.Select(ToWire) },
        Tally = UnsafeByteOperations.UnsafeWrap(checkpoint.EncodedTally),
    };

    public static Checkpoint FromWire(Wire.Checkpoint? wire) => wire is not null
        ? new Checkpoint(wire.Version, [.. wire.Workers.Select(FromWire)], wire.Tally.ToByteArray())
        : throw new ArgumentException("the checkpoint is missing");

    private static Wire.WorkerCount ToWire(WorkerState worker)
    {
        var wire = new Wire.WorkerCount
        {
            WorkerId = worker.Id,
            Host = worker.Host,
            Weight = worker.Weight,
            Crypto = worker.Crypto ?? "",
            LastReport = worker.LastReport,
            Books = ReportWire.ToWire(worker.Books),
            InFlight = worker.InFlight,
            Usage = worker.Usage is { } usage ? ReportWire.ToWire(usage) : null,
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

    private static WorkerState FromWire(Wire.WorkerCount wire) => new(wire.WorkerId, wire.Host, wire.Weight)
    {
        Crypto = wire.Crypto,
        LastReport = wire.LastReport,
        Books = ReportWire.FromWire(wire.Books),
        InFlight = wire.InFlight,
        Usage = ReportWire.FromWire(wire.Usage),
        Stage = Enum.IsDefined((WorkerStage)wire.Stage) ? (WorkerStage)wire.Stage : throw new ArgumentException("a worker has no known stage"),
        LostAt = wire.HasLostAtTicks ? new TimeSpan(wire.LostAtTicks) : null,
        IsLeaving = wire.Leaving,
        IsSettled = wire.Settled,
        TookPart = true,
    };
}
