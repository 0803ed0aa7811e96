using Google.Protobuf;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Protocol;

/// <summary>Reports as they travel.</summary>
internal static class ReportWire
{
    public static Wire.TallyReported ToWire(ToCoordinator.TallyReported report) => new()
    {
        RunId = report.RunId,
        WorkerId = report.WorkerId,
        Number = report.Number,
        Ended = ToWire(report.Ended),
        InFlight = report.InFlight,
        Usage = ToWire(report.Usage),
        Final = report.Final,
        First = report.First,
        // The array is never written to again once it is part of a report.
        Tally = UnsafeByteOperations.UnsafeWrap(report.EncodedTally),
    };

    public static ToCoordinator.TallyReported FromWire(Wire.TallyReported wire) => new(
        wire.RunId,
        wire.WorkerId,
        wire.Number,
        FromWire(wire.Ended),
        wire.InFlight,
        FromWire(wire.Usage) ?? throw new ArgumentException("the report tells no usage"),
        wire.Final,
        wire.Tally.ToByteArray())
    {
        First = wire.First,
    };

    public static Wire.Books ToWire(Books books) => new()
    {
        Scheduled = books.Scheduled,
        Completed = books.Completed,
        Failed = books.Failed,
        Dropped = books.Dropped,
        Lost = books.Lost,
    };

    public static Books FromWire(Wire.Books? wire) => wire is not null
        ? new Books(wire.Scheduled, wire.Completed, wire.Failed, wire.Dropped, wire.Lost)
        : throw new ArgumentException("the books are missing");

    public static Wire.GeneratorUsage ToWire(GeneratorUsage usage) => new()
    {
        Process = usage.Process,
        Cores = usage.Cores,
        ElapsedTicks = usage.Elapsed.Ticks,
        CpuTicks = usage.Cpu.Ticks,
        GcPauseTicks = usage.GcPause.Ticks,
    };

    public static GeneratorUsage? FromWire(Wire.GeneratorUsage? wire) => wire is null ? null : new(
        wire.Process, wire.Cores, new TimeSpan(wire.ElapsedTicks), new TimeSpan(wire.CpuTicks), new TimeSpan(wire.GcPauseTicks));
}
