using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Coordinator;

/// <summary>How a run outlives its coordinator: checkpoints for one that may come, and taking over from one that is gone.</summary>
internal sealed partial class CoordinatorActor
{
    private void StartAnewIfNoRun()
    {
        if (_recovery is { HasRun: false })
        {
            _recovery = null;
            StartAnew(_order!);
        }
    }

    // Whoever takes over speaks with a term above any that the workers have heard.
    private void AskForInventory(ToCoordinator.Beat beat)
    {
        _term = Math.Max(_term, beat.Term + 1);
        if (_recovery is null || beat.RunId.Length == 0)
        {
            return;
        }

        Know(beat.WorkerId);
        if (!_recovery.HasToldOf(beat.WorkerId))
        {
            Sender.Tell(new ToWorker.TellInventory(beat.RunId, _term));
        }

        Sender.Tell(new ToWorker.BeatAnswered(beat.RunId, _term, beat.Sent, Now));
    }

    private void TakeInventory(ToCoordinator.Inventory inventory)
    {
        if (_recovery is null)
        {
            TakeLateInventory(inventory);
            return;
        }

        _recovery.Add(inventory);
        if (_recovery.IsComplete)
        {
            TakeOver();
        }
        else if (!Timers.IsTimerActive("patience"))
        {
            // Whoever has not told by the end of its lease has stopped, or is gone.
            Timers.StartSingleTimer("patience", new InventoriesLate(), inventory.Lease);
        }
    }

    // From a worker that was silent when the others told.
    private void TakeLateInventory(ToCoordinator.Inventory inventory)
    {
        if (inventory.RunId == RunId && _untold.Remove(inventory.WorkerId))
        {
            foreach (var report in inventory.Reports)
            {
                TakeReport(report);
            }
        }
    }

    private void TakeOver()
    {
        var run = _recovery!.Build(Now);
        _untold.UnionWith(run.State.Workers.Values.Where(worker => !worker.IsOver).Select(worker => worker.Id).Except(_recovery.Told));
        _recovery = null;
        Timers.Cancel("run");
        Timers.Cancel("patience");
        _state = run.State;
        _merged = run.Merged;
        _startedAt = run.StartedAt;
        _holders.GoOnFrom(run.CheckpointVersion);
        _log.Warning("took over run {0} with {1} workers at {2:0.0} s", RunId, _state.Workers.Count, _state.ElapsedAt(Now).TotalSeconds);
        Timers.StartPeriodicTimer("progress", new ShowProgress(), ProgressEvery);
        foreach (var effect in run.Effects)
        {
            CarryOut(effect, null);
        }

        LookForStandby();
        if (run.WasStopped || _stopReason is not null)
        {
            Apply(new RunEvent.StopRequested(_stopReason ?? "stopped before the coordinator was lost"));
        }
    }

    // Once somebody could take over, checkpoints go on even if that one is gone: what workers let go of is in them alone.
    private void LookForStandby()
    {
        var coordinators = AkkaCluster.Get(Context.System).State.Members
            .Count(member => member.HasRole(NodeOptions.CoordinatorRole) && member.Status is MemberStatus.Up or MemberStatus.WeaklyUp);
        if (coordinators > 1)
        {
            _holders.Use();
        }

        if (_holders.InUse && !Timers.IsTimerActive("checkpoint"))
        {
            Timers.StartPeriodicTimer("checkpoint", new MakeCheckpoint(), TimeSpan.Zero, CheckpointEvery);
        }
    }

    private void Checkpoint()
    {
        if (_state is not { Stage: RunStage.Running or RunStage.Stopping } state || !_holders.InUse)
        {
            return;
        }

        var (checkpoint, holders) = _holders.Make(state, _merged);
        foreach (var holder in holders)
        {
            Tell(holder, new ToWorker.HoldCheckpoint(RunId, _term, checkpoint));
        }
    }
}
