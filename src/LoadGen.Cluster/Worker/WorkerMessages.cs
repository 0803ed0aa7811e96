using Akka.Actor;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Worker;

/// <summary>What a worker's effects are as messages, and coordinators' messages as events.</summary>
internal static class WorkerMessages
{
    public static ToCoordinator Of(WorkerEffect effect, WorkerRun state)
    {
        var self = state.Self;
        return effect switch
        {
            WorkerEffect.Register => new ToCoordinator.RegisterWorker(self.Id, self.Host, self.Weight),
            WorkerEffect.Beat m => new ToCoordinator.Beat(m.RunId, self.Id, state.Term, m.AssignmentTerm, m.Version, m.Sent),
            WorkerEffect.SayPrepared m => new ToCoordinator.WorkerPrepared(m.RunId, self.Id, m.Crypto),
            WorkerEffect.SayRefused m => new ToCoordinator.TargetsRefused(m.RunId, self.Id, m.Reasons),
            WorkerEffect.SayUnfit m => new ToCoordinator.PreparationFailed(m.RunId, self.Id, m.Reason),
            WorkerEffect.SayTaken m => new ToCoordinator.AssignmentTaken(m.RunId, self.Id, m.Term, m.Version, m.Reached, m.Finished),
            WorkerEffect.SayLeaving m => new ToCoordinator.WorkerLeaving(m.RunId, self.Id),
            WorkerEffect.SayFailed m => new ToCoordinator.WorkerFailed(m.RunId, self.Id, m.Reason),
            WorkerEffect.Report m => new ToCoordinator.TallyReported(m.RunId, self.Id, m.Reported),
            WorkerEffect.SayHeld m => new ToCoordinator.CheckpointHeld(m.RunId, self.Id, m.Version),
            WorkerEffect.SayOver m => new ToCoordinator.RunOver(m.RunId, self.Id),
            WorkerEffect.TellInventory m => new ToCoordinator.InventoryTold(m.Inventory),
            _ => throw new ArgumentOutOfRangeException(nameof(effect)),
        };
    }

    public static WorkerEvent ToEvent(this ToWorker message) => message switch
    {
        ToWorker.Welcome m => new WorkerEvent.Welcomed(m.RunId, m.Term),
        ToWorker.RegisterAgain m => new WorkerEvent.RegistrationAsked(m.RunId, m.Term),
        ToWorker.BeatAnswered m => new WorkerEvent.BeatAnswered(m.RunId, m.Term, m.Sent, m.Now),
        ToWorker.PrepareRun m => new WorkerEvent.RunOffered(m.RunId, m.Term, m.Plan, m.Lease),
        ToWorker.AssignWork m => new WorkerEvent.WorkAssigned(m.RunId, m.Term, m.Assignment, m.LoadStart, m.StartedAt),
        ToWorker.AcknowledgeReport m => new WorkerEvent.ReportAcknowledged(m.RunId, m.Term, m.Number, m.SafeUpTo, m.MergeUpTo),
        ToWorker.HoldCheckpoint m => new WorkerEvent.CheckpointGiven(m.RunId, m.Term, m.Checkpoint),
        ToWorker.TellInventory m => new WorkerEvent.InventoryAsked(m.RunId, m.Term),
        ToWorker.StopRun m => new WorkerEvent.StopOrdered(m.RunId, m.Term),
        ToWorker.EndRun m => new WorkerEvent.RunEnded(m.RunId, m.Term),
        ToWorker.Release m => new WorkerEvent.Released(m.RunId, m.Term, m.ExitCode, m.Reason),
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };
}

/// <summary>
/// Where a worker finds its coordinator: where it was heard last; and if it is silent, where the cluster knows it, and at the
/// addresses that the worker was told to join.
/// </summary>
/// <param name="cluster">The coordinator as the cluster knows it.</param>
/// <param name="seeds">Where one may have started anew, which the cluster of before does not know.</param>
internal sealed class CoordinatorLine(ICanTell cluster, IReadOnlyList<ICanTell> seeds)
{
    private ICanTell? _heard;

    /// <summary>The coordinator spoke from there.</summary>
    public void Heard(IActorRef coordinator) => _heard = coordinator;

    /// <param name="message">What to say.</param>
    /// <param name="sender">Who says it.</param>
    /// <param name="widely">Whether to say it wherever a coordinator may be.</param>
    public void Tell(ToCoordinator message, IActorRef sender, bool widely)
    {
        if (!widely && _heard is not null)
        {
            _heard.Tell(message, sender);
            return;
        }

        cluster.Tell(message, sender);
        foreach (var seed in seeds)
        {
            seed.Tell(message, sender);
        }
    }
}
