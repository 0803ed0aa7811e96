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
        ToCoordinator.WorkerPrepared => "worker-prepared",
        ToCoordinator.TargetsRefused => "targets-refused",
        ToCoordinator.PreparationFailed => "preparation-failed",
        ToCoordinator.TallyReported => "tally-reported",
        ToWorker.Welcome => "welcome",
        ToWorker.AssignSlice => "assign-slice",
        ToWorker.StartRun => "start-run",
        ToWorker.AcknowledgeReport => "acknowledge-report",
        ToWorker.StopRun => "stop-run",
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
        ToCoordinator.RegisterWorker m => new RegisterWorker { WorkerId = m.WorkerId, Host = m.Host },
        ToCoordinator.WorkerPrepared m => new WorkerPrepared { RunId = m.RunId, WorkerId = m.WorkerId, Epoch = m.Epoch, Crypto = m.Crypto },
        ToCoordinator.TargetsRefused m => new TargetsRefused { RunId = m.RunId, WorkerId = m.WorkerId, Reasons = { m.Reasons } },
        ToCoordinator.PreparationFailed m => new PreparationFailed { RunId = m.RunId, WorkerId = m.WorkerId, Reason = m.Reason },
        ToCoordinator.TallyReported m => ReportWire.ToWire(m),
        ToWorker.Welcome m => new Welcome { RunId = m.RunId },
        ToWorker.AssignSlice m => new AssignSlice { RunId = m.RunId, Plan = PlanWire.ToWire(m.Plan), Slice = SliceWire.ToWire(m.Slice) },
        ToWorker.StartRun m => new StartRun { RunId = m.RunId, Epoch = m.Epoch, DelayTicks = m.Delay.Ticks },
        ToWorker.AcknowledgeReport m => new AcknowledgeReport { RunId = m.RunId, Number = m.Number },
        ToWorker.StopRun m => new StopRun { RunId = m.RunId },
        ToWorker.Release m => new Release { RunId = m.RunId, ExitCode = m.ExitCode },
        _ => throw new ArgumentException($"{message.GetType()} is not a message of the wire", nameof(message)),
    };

    private static IWireMessage FromWire(byte[] bytes, string manifest) => manifest switch
    {
        "register-worker" when RegisterWorker.Parser.ParseFrom(bytes) is var m => new ToCoordinator.RegisterWorker(m.WorkerId, m.Host),
        "worker-prepared" when WorkerPrepared.Parser.ParseFrom(bytes) is var m => new ToCoordinator.WorkerPrepared(m.RunId, m.WorkerId, m.Epoch, m.Crypto),
        "targets-refused" when TargetsRefused.Parser.ParseFrom(bytes) is var m => new ToCoordinator.TargetsRefused(m.RunId, m.WorkerId, [.. m.Reasons]),
        "preparation-failed" when PreparationFailed.Parser.ParseFrom(bytes) is var m
            => new ToCoordinator.PreparationFailed(m.RunId, m.WorkerId, m.Reason),
        "tally-reported" => ReportWire.FromWire(TallyReported.Parser.ParseFrom(bytes)),
        "welcome" => new ToWorker.Welcome(Welcome.Parser.ParseFrom(bytes).RunId),
        "assign-slice" when AssignSlice.Parser.ParseFrom(bytes) is var m
            => new ToWorker.AssignSlice(m.RunId, PlanWire.FromWire(m.Plan), SliceWire.FromWire(m.Slice)),
        "start-run" when StartRun.Parser.ParseFrom(bytes) is var m => new ToWorker.StartRun(m.RunId, m.Epoch, new TimeSpan(m.DelayTicks)),
        "acknowledge-report" when AcknowledgeReport.Parser.ParseFrom(bytes) is var m => new ToWorker.AcknowledgeReport(m.RunId, m.Number),
        "stop-run" => new ToWorker.StopRun(StopRun.Parser.ParseFrom(bytes).RunId),
        "release" when Release.Parser.ParseFrom(bytes) is var m => new ToWorker.Release(m.RunId, m.ExitCode),
        _ => throw new ArgumentException($"no message of the wire is called '{manifest}'"),
    };
}
