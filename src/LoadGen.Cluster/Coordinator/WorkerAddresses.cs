using Akka.Actor;
using LoadGen.Cluster.Nodes.Downing;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Coordinator;

/// <summary>Where a coordinator's workers are, and whether their processes still live.</summary>
internal sealed class WorkerAddresses(IActorContext context)
{
    /// <summary>Three beats missed: worth a look whether the process is still there.</summary>
    private static readonly TimeSpan SuspiciousSilence = TimeSpan.FromMilliseconds(1600);

    private static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IActorRef> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _probed = new(StringComparer.Ordinal);

    /// <summary>Whether none is left.</summary>
    public bool AreGone => _workers.Count == 0;

    /// <summary>A worker spoke from there.</summary>
    public void Know(string workerId, IActorRef worker)
    {
        if (!_workers.TryGetValue(workerId, out var known) || !known.Equals(worker))
        {
            _workers[workerId] = context.Watch(worker);
        }
    }

    /// <summary>The worker that is there; <see langword="null"/> if none is.</summary>
    public string? At(IActorRef address) => _workers.FirstOrDefault(each => each.Value.Equals(address)).Key;

    /// <summary>A worker is not listened for any more.</summary>
    public void Drop(string workerId)
    {
        if (_workers.Remove(workerId, out var worker))
        {
            context.Unwatch(worker);
        }
    }

    /// <summary>The node at that address is gone.</summary>
    /// <returns>The worker it was; <see langword="null"/> if it was none, or has moved.</returns>
    public string? Forget(IActorRef gone)
    {
        var worker = At(gone);
        if (worker is not null)
        {
            _workers.Remove(worker);
        }

        return worker;
    }

    public void Tell(string workerId, ToWorker message, IActorRef sender)
    {
        if (_workers.TryGetValue(workerId, out var worker))
        {
            worker.Tell(message, sender);
        }
    }

    /// <summary>Lets all of them go.</summary>
    public void ReleaseAll(int term, int exitCode, string reason, IActorRef sender)
    {
        foreach (var worker in _workers.Values)
        {
            worker.Tell(new ToWorker.Release("", term, exitCode, reason), sender);
        }
    }

    /// <summary>Looks whether the processes of silent workers have ended: they begin nothing more, so their lease need not be waited for.</summary>
    public void ProbeSilent(RunState? run, TimeSpan now)
    {
        foreach (var silent in run?.Workers.Values.Where(worker => !worker.IsOver && now - worker.LastHeard > SuspiciousSilence) ?? [])
        {
            // Each silence is looked into once a second at most.
            if (_workers.TryGetValue(silent.Id, out var worker) && worker.Path.Address is { Host: { } host, Port: { } port }
                && now - _probed.GetValueOrDefault(silent.Id, TimeSpan.MinValue / 2) > ProbeEvery)
            {
                _probed[silent.Id] = now;
                _ = ProbeAsync(new RunEvent.ProcessEnded(silent.Id, silent.LastHeard), host, port, context.Self);
            }
        }
    }

    private static async Task ProbeAsync(RunEvent.ProcessEnded ended, string host, int port, IActorRef coordinator)
    {
        if (await ProcessProbe.IsGoneAsync(host, port).ConfigureAwait(false))
        {
            coordinator.Tell(ended, ActorRefs.NoSender);
        }
    }
}
