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
        Epoch = report.Epoch,
        Number = report.Number,
        Ended = new Wire.Books
        {
            Scheduled = report.Ended.Scheduled,
            Completed = report.Ended.Completed,
            Failed = report.Ended.Failed,
            Dropped = report.Ended.Dropped,
            Lost = report.Ended.Lost,
        },
        InFlight = report.InFlight,
        Usage = new Wire.GeneratorUsage
        {
            Process = report.Usage.Process,
            Cores = report.Usage.Cores,
            ElapsedTicks = report.Usage.Elapsed.Ticks,
            CpuTicks = report.Usage.Cpu.Ticks,
            GcPauseTicks = report.Usage.GcPause.Ticks,
        },
        Final = report.Final,
        // The array is never written to again once it is part of a report.
        Tally = UnsafeByteOperations.UnsafeWrap(report.EncodedTally),
    };

    public static ToCoordinator.TallyReported FromWire(Wire.TallyReported wire)
    {
        if (wire.Ended is null || wire.Usage is null)
        {
            throw new ArgumentException("the report has no books or no usage");
        }

        return new ToCoordinator.TallyReported(
            wire.RunId,
            wire.WorkerId,
            wire.Epoch,
            wire.Number,
            new Books(wire.Ended.Scheduled, wire.Ended.Completed, wire.Ended.Failed, wire.Ended.Dropped, wire.Ended.Lost),
            wire.InFlight,
            new GeneratorUsage(
                wire.Usage.Process,
                wire.Usage.Cores,
                new TimeSpan(wire.Usage.ElapsedTicks),
                new TimeSpan(wire.Usage.CpuTicks),
                new TimeSpan(wire.Usage.GcPauseTicks)),
            wire.Final,
            wire.Tally.ToByteArray());
    }
}
