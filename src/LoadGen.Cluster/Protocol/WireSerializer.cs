using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using LoadGen.Cluster.Protocol.Wire;

namespace LoadGen.Cluster.Protocol;

/// <summary>
/// Puts <see cref="IWireMessage"/>s on the wire as protobuf. The manifest is one of a closed set of names and chooses a
/// parser; no type name ever comes from the wire.
/// </summary>
internal sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <inheritdoc/>
    public override int Identifier => 5463;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        ToCoordinator.RegisterWorker => "register-worker",
        ToCoordinator.Beat => "beat",
        ToCoordinator.WorkerPrepared => "worker-prepared",
        ToCoordinator.TargetsRefused => "targets-refused",
        ToCoordinator.PreparationFailed => "preparation-failed",
        ToCoordinator.AssignmentTaken => "assignment-taken",
        ToCoordinator.WorkerLeaving => "worker-leaving",
        ToCoordinator.TallyReported => "tally-reported",
        ToCoordinator.CheckpointHeld => "checkpoint-held",
        ToCoordinator.Inventory => "inventory",
        ToWorker.Welcome => "welcome",
        ToWorker.RegisterAgain => "register-again",
        ToWorker.BeatAnswered => "beat-answered",
        ToWorker.PrepareRun => "prepare-run",
        ToWorker.AssignWork => "assign-work",
        ToWorker.AcknowledgeReport => "acknowledge-report",
        ToWorker.HoldCheckpoint => "hold-checkpoint",
        ToWorker.TellInventory => "tell-inventory",
        ToWorker.StopRun => "stop-run",
        ToWorker.EndRun => "end-run",
        ToWorker.Release => "release",
        _ => throw new ArgumentException($"{o.GetType()} is not a message of the wire", nameof(o)),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => ToWire(obj).ToByteArray();

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return FromWire(bytes, manifest);
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            throw new System.Runtime.Serialization.SerializationException($"A '{manifest}' from another node is malformed: {error.Message}", error);
        }
    }

    private static IMessage ToWire(object message) => message switch
    {
        ToCoordinator.RegisterWorker m => new RegisterWorker { WorkerId = m.WorkerId, Host = m.Host, Weight = m.Weight },
        ToCoordinator.Beat m => new Beat { RunId = m.RunId, WorkerId = m.WorkerId, Term = m.Term, Version = m.Version, SentTicks = m.Sent.Ticks },
        ToCoordinator.WorkerPrepared m => new WorkerPrepared { RunId = m.RunId, WorkerId = m.WorkerId, Crypto = m.Crypto },
        ToCoordinator.TargetsRefused m => new TargetsRefused { RunId = m.RunId, WorkerId = m.WorkerId, Reasons = { m.Reasons } },
        ToCoordinator.PreparationFailed m => new PreparationFailed { RunId = m.RunId, WorkerId = m.WorkerId, Reason = m.Reason },
        ToCoordinator.AssignmentTaken m => new AssignmentTaken
        {
            RunId = m.RunId, WorkerId = m.WorkerId, Version = m.Version, Reached = m.Reached, Finished = m.Finished,
        },
        ToCoordinator.WorkerLeaving m => new WorkerLeaving { RunId = m.RunId, WorkerId = m.WorkerId },
        ToCoordinator.TallyReported m => ReportWire.ToWire(m),
        ToCoordinator.CheckpointHeld m => new CheckpointHeld { RunId = m.RunId, WorkerId = m.WorkerId, Version = m.Version },
        ToCoordinator.Inventory m => InventoryWire.ToWire(m),
        ToWorker.Welcome m => new Welcome { RunId = m.RunId, Term = m.Term },
        ToWorker.RegisterAgain m => new RegisterAgain { RunId = m.RunId, Term = m.Term },
        ToWorker.BeatAnswered m => new BeatAnswered { RunId = m.RunId, Term = m.Term, SentTicks = m.Sent.Ticks, NowTicks = m.Now.Ticks },
        ToWorker.PrepareRun m => new PrepareRun { RunId = m.RunId, Term = m.Term, Plan = PlanWire.ToWire(m.Plan), LeaseTicks = m.Lease.Ticks },
        ToWorker.AssignWork m => new AssignWork
        {
            RunId = m.RunId,
            Term = m.Term,
            Assignment = AssignmentWire.Encode(m.Assignment),
            LoadStartTicks = m.LoadStart.Ticks,
            StartedAtTicks = m.StartedAt.UtcTicks,
        },
        ToWorker.AcknowledgeReport m => new AcknowledgeReport { RunId = m.RunId, Term = m.Term, Number = m.Number, SafeUpTo = m.SafeUpTo, MergeUpTo = m.MergeUpTo },
        ToWorker.HoldCheckpoint m => new HoldCheckpoint { RunId = m.RunId, Term = m.Term, Checkpoint = InventoryWire.ToWire(m.Checkpoint) },
        ToWorker.TellInventory m => new TellInventory { RunId = m.RunId, Term = m.Term },
        ToWorker.StopRun m => new StopRun { RunId = m.RunId, Term = m.Term },
        ToWorker.EndRun m => new EndRun { RunId = m.RunId, Term = m.Term },
        ToWorker.Release m => new Release { RunId = m.RunId, Term = m.Term, ExitCode = m.ExitCode, Reason = m.Reason },
        _ => throw new ArgumentException($"{message.GetType()} is not a message of the wire", nameof(message)),
    };

    private static IWireMessage FromWire(byte[] bytes, string manifest) => manifest switch
    {
        "register-worker" when RegisterWorker.Parser.ParseFrom(bytes) is var m => new ToCoordinator.RegisterWorker(m.WorkerId, m.Host, Math.Max(1, m.Weight)),
        "beat" when Beat.Parser.ParseFrom(bytes) is var m
            => new ToCoordinator.Beat(m.RunId, m.WorkerId, m.Term, m.Version, new TimeSpan(m.SentTicks)),
        "worker-prepared" when WorkerPrepared.Parser.ParseFrom(bytes) is var m => new ToCoordinator.WorkerPrepared(m.RunId, m.WorkerId, m.Crypto),
        "targets-refused" when TargetsRefused.Parser.ParseFrom(bytes) is var m => new ToCoordinator.TargetsRefused(m.RunId, m.WorkerId, [.. m.Reasons]),
        "preparation-failed" when PreparationFailed.Parser.ParseFrom(bytes) is var m
            => new ToCoordinator.PreparationFailed(m.RunId, m.WorkerId, m.Reason),
        "assignment-taken" when AssignmentTaken.Parser.ParseFrom(bytes) is var m
            => new ToCoordinator.AssignmentTaken(m.RunId, m.WorkerId, m.Version, m.Reached, m.Finished),
        "worker-leaving" when WorkerLeaving.Parser.ParseFrom(bytes) is var m => new ToCoordinator.WorkerLeaving(m.RunId, m.WorkerId),
        "tally-reported" => ReportWire.FromWire(TallyReported.Parser.ParseFrom(bytes)),
        "checkpoint-held" when CheckpointHeld.Parser.ParseFrom(bytes) is var m => new ToCoordinator.CheckpointHeld(m.RunId, m.WorkerId, m.Version),
        "inventory" => InventoryWire.FromWire(Inventory.Parser.ParseFrom(bytes)),
        "welcome" when Welcome.Parser.ParseFrom(bytes) is var m => new ToWorker.Welcome(m.RunId, m.Term),
        "register-again" when RegisterAgain.Parser.ParseFrom(bytes) is var m => new ToWorker.RegisterAgain(m.RunId, m.Term),
        "beat-answered" when BeatAnswered.Parser.ParseFrom(bytes) is var m
            => new ToWorker.BeatAnswered(m.RunId, m.Term, new TimeSpan(m.SentTicks), new TimeSpan(m.NowTicks)),
        "prepare-run" when PrepareRun.Parser.ParseFrom(bytes) is var m
            => new ToWorker.PrepareRun(m.RunId, m.Term, PlanWire.FromWire(m.Plan), new TimeSpan(m.LeaseTicks)),
        "assign-work" when AssignWork.Parser.ParseFrom(bytes) is var m => new ToWorker.AssignWork(
            m.RunId,
            m.Term,
            AssignmentWire.Decode(m.Assignment),
            new TimeSpan(m.LoadStartTicks),
            new DateTimeOffset(m.StartedAtTicks, TimeSpan.Zero)),
        "acknowledge-report" when AcknowledgeReport.Parser.ParseFrom(bytes) is var m
            => new ToWorker.AcknowledgeReport(m.RunId, m.Term, m.Number, m.SafeUpTo, m.MergeUpTo),
        "hold-checkpoint" when HoldCheckpoint.Parser.ParseFrom(bytes) is var m
            => new ToWorker.HoldCheckpoint(m.RunId, m.Term, InventoryWire.FromWire(m.Checkpoint)),
        "tell-inventory" when TellInventory.Parser.ParseFrom(bytes) is var m => new ToWorker.TellInventory(m.RunId, m.Term),
        "stop-run" when StopRun.Parser.ParseFrom(bytes) is var m => new ToWorker.StopRun(m.RunId, m.Term),
        "end-run" when EndRun.Parser.ParseFrom(bytes) is var m => new ToWorker.EndRun(m.RunId, m.Term),
        "release" when Release.Parser.ParseFrom(bytes) is var m => new ToWorker.Release(m.RunId, m.Term, m.ExitCode, m.Reason),
        _ => throw new ArgumentException($"no message of the wire is called '{manifest}'"),
    };
}
