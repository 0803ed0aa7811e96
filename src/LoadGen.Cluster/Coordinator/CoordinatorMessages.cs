using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Coordinator;

/// <summary>What a coordinator's effects are as messages, and workers' messages as events.</summary>
internal static class CoordinatorMessages
{
    /// <summary>Whom to tell what.</summary>
    public static (string WorkerId, ToWorker Message) Of(RunEffect effect, CoordinatorState state, ConductedRun? conducted, TimeSpan now)
    {
        var (run, term) = (state.Run, state.Term);
        var runId = run?.RunId ?? (state.Mode as CoordinatorMode.Ended)?.RunId ?? "";
        return effect switch
        {
            RunEffect.Welcome m => (m.WorkerId, new ToWorker.Welcome(runId, term)),
            RunEffect.AskRegistration m => (m.WorkerId, new ToWorker.RegisterAgain(runId, term)),
            RunEffect.AnswerBeat m => (m.WorkerId, new ToWorker.BeatAnswered(runId, term, m.Sent, now)),
            RunEffect.AskInventory m => (m.WorkerId, new ToWorker.TellInventory(m.RunId, term)),
            RunEffect.Prepare m => (m.WorkerId, new ToWorker.PrepareRun(runId, term, run!.Plan, run.Lease)),
            RunEffect.Assign m => (m.WorkerId, new ToWorker.AssignWork(runId, term, run!.Assignment!, run.LoadStart!.Value, conducted!.StartedAt)),
            RunEffect.Acknowledge m => (m.WorkerId, new ToWorker.AcknowledgeReport(
                runId, term, m.Number, conducted?.Checkpoints.SafeUpTo(m.WorkerId) ?? 0, conducted?.Checkpoints.MergeUpTo(m.Number) ?? 0)),
            RunEffect.Stop m => (m.WorkerId, new ToWorker.StopRun(runId, term)),
            RunEffect.EndRun m => (m.WorkerId, new ToWorker.EndRun(m.RunId, term)),
            RunEffect.Release m => (m.WorkerId, new ToWorker.Release(m.RunId, term, m.ExitCode, m.Reason)),
            _ => throw new ArgumentOutOfRangeException(nameof(effect)),
        };
    }

    /// <param name="message">What a worker says.</param>
    /// <param name="run">The run here, of whose plan its reports are.</param>
    /// <exception cref="Core.Tallies.TallyFormatException">Its tally is not one of that plan.</exception>
    public static RunEvent? ToEvent(this ToCoordinator message, RunState? run) => message switch
    {
        ToCoordinator.RegisterWorker m => new RunEvent.WorkerRegistered(m.WorkerId, m.Host, m.Weight),
        ToCoordinator.Beat m => new RunEvent.WorkerHeard(m.WorkerId, m.RunId, m.Term, m.AssignmentTerm, m.Version, m.Sent),
        ToCoordinator.WorkerPrepared m => new RunEvent.WorkerPrepared(m.WorkerId, m.Crypto),
        ToCoordinator.TargetsRefused m => new RunEvent.TargetsRefused(m.WorkerId, m.Reasons),
        ToCoordinator.PreparationFailed m => new RunEvent.PreparationFailed(m.WorkerId, m.Reason),
        ToCoordinator.AssignmentTaken m => new RunEvent.AssignmentTaken(m.WorkerId, m.Term, m.Version, m.Reached, m.Finished),
        ToCoordinator.WorkerLeaving m => new RunEvent.WorkerLeaving(m.WorkerId),
        ToCoordinator.WorkerFailed m => new RunEvent.WorkerLost(m.WorkerId, m.Reason),
        ToCoordinator.TallyReported m => run is not null && run.RunId == m.RunId ? RunEvent.ReportReceived.Parse(m.WorkerId, m.Report, run.Plan) : null,
        ToCoordinator.CheckpointHeld m => new RunEvent.CheckpointHeld(m.WorkerId, m.Version),
        ToCoordinator.RunOver m => new RunEvent.RunKnownOver(m.WorkerId, m.RunId),
        ToCoordinator.InventoryTold m => new RunEvent.InventoryTold(m.Inventory),
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };
}
