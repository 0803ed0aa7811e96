using Google.Protobuf;
using LoadGen.Core.Generator;
using LoadGen.Core.Runs;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Protocol;

/// <content>Work is given out, and what came of it is acknowledged, up to the end of the run.</content>
internal abstract partial record ToWorker
{
    /// <summary>
    /// Who runs what, from now on; the worker finds its own part in it, and answers with
    /// <see cref="ToCoordinator.AssignmentTaken"/>.
    /// </summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The coordinator.</param>
    /// <param name="Assignment">For all workers.</param>
    /// <param name="LoadStart">When the load starts or started, by the coordinator's monotonic clock.</param>
    /// <param name="StartedAt">The same by its wall clock, for the result alone.</param>
    public sealed record AssignWork(string RunId, int Term, Assignment Assignment, TimeSpan LoadStart, DateTimeOffset StartedAt)
        : ToWorker(RunId, Term), IWireMessage<AssignWork, Wire.AssignWork>
    {
        public static string Manifest => "assign-work";

        public static AssignWork FromWire(Wire.AssignWork wire) => new(
            WireValues.RunId(wire.RunId),
            WireValues.Term(wire.Term),
            AssignmentWire.Decode(wire.Assignment),
            WireValues.Moment("the start", wire.LoadStartTicks),
            new DateTimeOffset(wire.StartedAtTicks, TimeSpan.Zero));

        public Wire.AssignWork ToWire() => new()
        {
            RunId = RunId,
            Term = Term,
            Assignment = AssignmentWire.Encode(Assignment),
            LoadStartTicks = LoadStart.Ticks,
            StartedAtTicks = StartedAt.UtcTicks,
        };
    }

    /// <summary>The report of that number has been counted.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The coordinator.</param>
    /// <param name="Number">Of the report.</param>
    /// <param name="SafeUpTo">Reports up to this number need not be kept for another coordinator.</param>
    /// <param name="MergeUpTo">Reports up to this number may be kept as one: no checkpoint will ever end between them.</param>
    public sealed record AcknowledgeReport(string RunId, int Term, long Number, long SafeUpTo, long MergeUpTo)
        : ToWorker(RunId, Term), IWireMessage<AcknowledgeReport, Wire.AcknowledgeReport>
    {
        public static string Manifest => "acknowledge-report";

        public static AcknowledgeReport FromWire(Wire.AcknowledgeReport wire) => new(
            WireValues.RunId(wire.RunId), WireValues.Term(wire.Term),
            WireValues.Number(wire.Number),
            WireValues.Within("the number", wire.SafeUpTo, 0, long.MaxValue),
            WireValues.Within("the number", wire.MergeUpTo, 0, long.MaxValue));

        public Wire.AcknowledgeReport ToWire()
            => new() { RunId = RunId, Term = Term, Number = Number, SafeUpTo = SafeUpTo, MergeUpTo = MergeUpTo };
    }

    /// <summary>Start nothing more; let what is in progress end, and report it.</summary>
    public sealed record StopRun(string RunId, int Term) : ToWorker(RunId, Term), IWireMessage<StopRun, Wire.StopRun>
    {
        public static string Manifest => "stop-run";

        public static StopRun FromWire(Wire.StopRun wire) => new(WireValues.RunId(wire.RunId), WireValues.Term(wire.Term));

        public Wire.StopRun ToWire() => new() { RunId = RunId, Term = Term };
    }

    /// <summary>The run has ended; wait for the next.</summary>
    public sealed record EndRun(string RunId, int Term) : ToWorker(RunId, Term), IWireMessage<EndRun, Wire.EndRun>
    {
        public static string Manifest => "end-run";

        public static EndRun FromWire(Wire.EndRun wire) => new(WireValues.RunId(wire.RunId), WireValues.Term(wire.Term));

        public Wire.EndRun ToWire() => new() { RunId = RunId, Term = Term };
    }
}

/// <content>Work is taken, and reported once a second.</content>
internal abstract partial record ToCoordinator
{
    /// <summary>I follow that assignment, and where it has a cut, I begin nothing from there or from <paramref name="Reached"/> on.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Term">The term of the assignment.</param>
    /// <param name="Version">The version of the assignment.</param>
    /// <param name="Reached">The first arrival it has not come to.</param>
    /// <param name="Finished">Whether it had ended already, and takes no more.</param>
    public sealed record AssignmentTaken(string RunId, string WorkerId, int Term, int Version, long Reached, bool Finished)
        : ToCoordinator(WorkerId), IWireMessage<AssignmentTaken, Wire.AssignmentTaken>
    {
        public static string Manifest => "assignment-taken";

        public override string RunId { get; } = RunId;

        public static AssignmentTaken FromWire(Wire.AssignmentTaken wire) => new(
            WireValues.RunId(wire.RunId),
            WireValues.WorkerId(wire.WorkerId),
            WireValues.Term(wire.Term),
            WireValues.Version(wire.Version),
            WireValues.Within("the arrival", wire.Reached, 0, long.MaxValue),
            wire.Finished);

        public Wire.AssignmentTaken ToWire()
            => new() { RunId = RunId, WorkerId = WorkerId, Term = Term, Version = Version, Reached = Reached, Finished = Finished };
    }

    /// <summary>
    /// What ended since the report before. Repeated with the same number until acknowledged; only then comes the next.
    /// </summary>
    /// <param name="RunId">The run.</param>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Report">The report.</param>
    public sealed record TallyReported(string RunId, string WorkerId, WorkerReport Report)
        : ToCoordinator(WorkerId), IWireMessage<TallyReported, Wire.TallyReported>
    {
        public static string Manifest => "tally-reported";

        public override string RunId { get; } = RunId;

        public static TallyReported FromWire(Wire.TallyReported wire)
            => new(WireValues.RunId(wire.RunId), WireValues.WorkerId(wire.WorkerId), ReportWire.FromWire(wire.Report));

        public Wire.TallyReported ToWire() => new() { RunId = RunId, WorkerId = WorkerId, Report = ReportWire.ToWire(Report) };
    }
}

/// <summary>Reports as they travel, alone and in inventories.</summary>
internal static class ReportWire
{
    public static WorkerReport FromWire(Wire.Report? wire) => wire is null
        ? throw new ArgumentException("the report is missing")
        : new WorkerReport(
            WireValues.Number(wire.Number),
            WireValues.Within("the first number", wire.First, 1, wire.Number),
            WireValues.Count("what had ended before", wire.Before),
            WireValues.Count("the number in flight", wire.InFlight),
            CountsWire.FromWire(wire.Usage) ?? throw new ArgumentException("the report has no usage"),
            wire.Final,
            wire.Tally.ToByteArray());

    public static Wire.Report ToWire(WorkerReport report) => new()
    {
        Number = report.Number,
        First = report.First,
        Before = report.Before,
        InFlight = report.InFlight,
        Usage = CountsWire.ToWire(report.Usage),
        Final = report.Final,
        // The array is never written to again once it is part of a report.
        Tally = UnsafeByteOperations.UnsafeWrap(report.EncodedTally),
    };
}

/// <summary>Books and usage as they travel, in reports and in checkpoints.</summary>
internal static class CountsWire
{
    public static Wire.Books ToWire(Books books) => new()
    {
        Scheduled = books.Scheduled,
        Completed = books.Completed,
        Failed = books.Failed,
        Dropped = books.Dropped,
        Lost = books.Lost,
        Partial = books.Partial,
    };

    public static Books FromWire(Wire.Books? wire)
    {
        if (wire is null)
        {
            throw new ArgumentException("the books are missing");
        }

        var books = new Books(
            WireValues.Count("scheduled", wire.Scheduled),
            WireValues.Count("completed", wire.Completed),
            WireValues.Count("failed", wire.Failed),
            WireValues.Count("dropped", wire.Dropped),
            WireValues.Count("lost", wire.Lost),
            WireValues.Count("partial", wire.Partial));
        return books.Balance ? books : throw new ArgumentException(
            $"the books do not balance: {books.Scheduled} scheduled, {books.Completed} completed, {books.Partial} partial, {books.Failed} failed, {books.Dropped} dropped, {books.Lost} lost");
    }

    public static Wire.GeneratorUsage ToWire(GeneratorUsage usage) => new()
    {
        Process = usage.Process,
        Cores = usage.Cores,
        ElapsedTicks = usage.Elapsed.Ticks,
        CpuTicks = usage.Cpu.Ticks,
        GcPauseTicks = usage.GcPause.Ticks,
        SinceTicks = usage.Since.Ticks,
    };

    public static GeneratorUsage? FromWire(Wire.GeneratorUsage? wire) => wire is null ? null : new(
        WireValues.Name("the process", wire.Process),
        (int)WireValues.Within("the number of cores", wire.Cores, 1, 1 << 20),
        WireValues.Moment("the elapsed time", wire.ElapsedTicks),
        WireValues.Time("the processor time", wire.CpuTicks),
        WireValues.Time("the pause", wire.GcPauseTicks))
    {
        Since = WireValues.Moment("the beginning", wire.SinceTicks),
    };
}
