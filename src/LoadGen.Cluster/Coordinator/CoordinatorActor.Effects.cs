using Akka.Actor;
using Akka.Event;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Coordinator;

/// <summary>How what <see cref="RunState"/> decided is carried out: effects become messages, up to the end of the run.</summary>
internal sealed partial class CoordinatorActor
{
    private void CarryOut(RunEffect effect, byte[]? tally)
    {
        var state = _state!;
        switch (effect)
        {
            case RunEffect.Prepare prepare:
                Tell(prepare.WorkerId, new ToWorker.PrepareRun(RunId, _term, state.Plan, state.Lease));
                break;
            case RunEffect.Start:
                StartLoad(state.LoadStart!.Value - Now);
                break;
            case RunEffect.Assign assign:
                Tell(assign.WorkerId, new ToWorker.AssignWork(RunId, _term, state.Assignment!, state.LoadStart!.Value, _startedAt));
                break;
            case RunEffect.Merge:
                _merged.MergeEncoded(tally!);
                break;
            case RunEffect.Acknowledge acknowledge:
                Tell(acknowledge.WorkerId, new ToWorker.AcknowledgeReport(
                    RunId, _term, acknowledge.Number, _holders.SafeUpTo(acknowledge.WorkerId), _holders.MergeUpTo(acknowledge.Number)));
                break;
            case RunEffect.CountLost lost:
                CountLost(lost);
                break;
            case RunEffect.Stop stop:
                Tell(stop.WorkerId, new ToWorker.StopRun(RunId, _term));
                break;
            case RunEffect.Dismiss dismiss:
                _log.Warning("worker {0} goes: {1}", dismiss.WorkerId, dismiss.Reason);
                Tell(dismiss.WorkerId, new ToWorker.Release(RunId, _term, dismiss.TookPart ? ReleaseCode.Aborted : ReleaseCode.Fault, dismiss.Reason));
                break;
            case RunEffect.End end:
                EndRun(end.Ending);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(effect));
        }
    }

    private void StartLoad(TimeSpan startsIn)
    {
        Timers.Cancel("deadline");
        Timers.StartPeriodicTimer("progress", new ShowProgress(), startsIn + ProgressEvery + ReportsNeed, ProgressEvery);
        _startedAt = _time.GetUtcNow() + startsIn;
    }

    private void CountLost(RunEffect.CountLost lost)
    {
        if (lost.Arrivals > 0)
        {
            _log.Warning("worker {0} is gone: {1} arrivals that it had been given are lost", lost.WorkerId, lost.Arrivals);
        }

        _merged.RecordLost(lost.Arrivals);
        if (_holders.InUse)
        {
            Self.Tell(new MakeCheckpoint());
        }
    }

    private void EndRun(RunEnding ending)
    {
        _ending = ending;
        Timers.CancelAll();
        ShowProgressNow();
        _observer.Ended(ending, ending is RunEnding.Finished finished ? RecordOf(finished) : null);
        if (_stays)
        {
            BecomeIdle();
            return;
        }

        foreach (var worker in _workers.Keys)
        {
            Tell(worker, new ToWorker.Release(RunId, _term, ReleaseCode.Of(ending), ""));
        }

        ReleaseStandbys(ending);
        if (_workers.Count == 0)
        {
            FinishLeaving();
        }
        else
        {
            Timers.StartSingleTimer("leave", new LeaveDeadline(), LeaveWithin);
        }
    }

    // Workers stay for the next run; those that are lost have to register again.
    private void BecomeIdle()
    {
        foreach (var lost in _state!.Workers.Values.Where(worker => worker.Stage == WorkerStage.Lost))
        {
            _idle.Remove(lost.Id);
        }

        foreach (var worker in _idle.Keys)
        {
            Tell(worker, new ToWorker.EndRun(RunId, _term));
        }

        _state = null;
        _order = null;
        _ending = null;
        _untold.Clear();
        Timers.StartPeriodicTimer("time", LookAtTime.Instance, LookAtTimeEvery);
        _observer.WorkersLeft();
    }

    private RunRecord RecordOf(RunEnding.Finished finished) => new()
    {
        RunId = RunId,
        Plan = _state!.Plan,
        StartedAt = _startedAt,
        Duration = finished.Duration,
        Workers = finished.Workers,
        Tally = _merged,
        AbortReason = finished.AbortReason,
    };

    private void ReleaseStandbys(RunEnding ending)
    {
        var cluster = AkkaCluster.Get(Context.System);
        foreach (var member in cluster.State.Members.Where(member => member.HasRole(NodeOptions.CoordinatorRole) && member.Address != cluster.SelfAddress))
        {
            Context.ActorSelection(new RootActorPath(member.Address) / "user" / StandbyActor.Name)
                .Tell(new ToWorker.Release(RunId, _term, ReleaseCode.Of(ending), ""));
        }
    }

    private void FinishLeaving()
    {
        Timers.CancelAll();
        _observer.WorkersLeft();
    }
}
