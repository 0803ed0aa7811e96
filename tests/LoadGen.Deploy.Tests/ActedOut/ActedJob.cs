using System.Collections.Concurrent;
using k8s.Models;
using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>
/// An Indexed Job, as its controller in a cluster acts: a pod for each index, started anew by the rules for failures that
/// the Job has.
/// </summary>
internal sealed class ActedJob : IAsyncDisposable
{
    private readonly V1Job _job;
    private readonly Func<V1Job, int, Task<ActedPod>> _startPod;
    private readonly ConcurrentDictionary<(int Index, int Attempt), TaskCompletionSource<ActedPod>> _pods = new();
    private readonly ConcurrentQueue<(int Index, int Code)> _exits = new();
    private readonly TaskCompletionSource<string> _failed = new();
    private Task<JobEnd> _ended = Task.FromException<JobEnd>(new InvalidOperationException("not started"));

    private ActedJob(V1Job job, Func<V1Job, int, Task<ActedPod>> startPod)
    {
        _job = job;
        _startPod = startPod;
    }

    /// <summary>Waits until all its pods have ended, and the Job so.</summary>
    public async Task EndsWithAsync(JobEnd expected)
    {
        var end = await EndsAsync();
        Assert.True(end == expected, $"{_job.Metadata.Name} ended as {end}, not {expected}:\n{Logs}");
    }

    /// <summary>Waits until all its pods have ended.</summary>
    public Task<JobEnd> EndsAsync() => _ended;

    /// <summary>What its pods wrote.</summary>
    public string Logs => string.Join('\n', _pods.Where(pod => pod.Value.Task.IsCompletedSuccessfully)
        .OrderBy(pod => pod.Key)
        .SelectMany(pod => pod.Value.Task.Result.Log.Prepend($"-- pod {pod.Key.Attempt} of index {pod.Key.Index}")));

    /// <summary>The exit code of every pod of an index up to now.</summary>
    public IReadOnlyList<int> ExitCodesOf(int index) => [.. _exits.Where(exit => exit.Index == index).Select(exit => exit.Code)];

    /// <summary>Starts it.</summary>
    /// <param name="job">What was rendered.</param>
    /// <param name="indexes">The indexes whose pods find a node; the others stay pending.</param>
    /// <param name="startPod">Starts the pod of an index.</param>
    public static ActedJob Start(V1Job job, IEnumerable<int> indexes, Func<V1Job, int, Task<ActedPod>> startPod)
    {
        var acted = new ActedJob(job, startPod);
        acted._ended = acted.RunAsync([.. indexes]);
        return acted;
    }

    /// <summary>The pod of an index, when it is there.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="attempt">0 for the first, 1 for the one after that has failed.</param>
    public Task<ActedPod> PodAsync(int index, int attempt = 0)
        => PodOf(index, attempt).Task.WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

    /// <summary>Sends a signal to all pods that run.</summary>
    public async Task SendAsync(Signal signal)
    {
        foreach (var pod in _pods.Values.Where(pod => pod.Task.IsCompletedSuccessfully && !pod.Task.Result.HasEnded))
        {
            await pod.Task.Result.SendAsync(signal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _pods.Values.Where(pod => pod.Task.IsCompletedSuccessfully))
        {
            await pod.Task.Result.DisposeAsync();
        }
    }

    private TaskCompletionSource<ActedPod> PodOf(int index, int attempt)
        => _pods.GetOrAdd((index, attempt), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task<JobEnd> RunAsync(IReadOnlyList<int> indexes)
    {
        var succeeded = await Task.WhenAll(indexes.Select(RunAsync));
        return _failed.Task.IsCompleted ? new JobEnd(false, await _failed.Task)
            : succeeded.Count(each => each) == _job.Spec.Completions ? JobEnd.Completed
            : succeeded.All(each => each) ? new JobEnd(false, "pods are pending")
            : new JobEnd(false, "FailedIndexes");
    }

    // https://kubernetes.io/docs/concepts/workloads/controllers/job/: pod failure policy, and backoff limit per index.
    private async Task<bool> RunAsync(int index)
    {
        var failures = 0;
        for (var attempt = 0; ; attempt++)
        {
            var pod = await _startPod(_job, index);
            PodOf(index, attempt).SetResult(pod);
            var code = await pod.WaitForExitAsync();
            _exits.Enqueue((index, code));
            switch (code == 0 ? "Succeed" : ActionFor(code))
            {
                case "Succeed":
                    return true;
                case "FailJob":
                    _failed.TrySetResult("PodFailurePolicy");
                    await SendAsync(Signal.Terminate);
                    return false;
                case "FailIndex":
                    return false;
                case "Count" when _job.Spec.BackoffLimitPerIndex is null && ++failures > _job.Spec.BackoffLimit:
                    _failed.TrySetResult("BackoffLimitExceeded");
                    return false;
                case "Count" when _job.Spec.BackoffLimitPerIndex is { } limit && ++failures > limit:
                    return false;
            }
        }
    }

    // The first rule that matches; a failure that none is about counts.
    private string ActionFor(int code) => _job.Spec.PodFailurePolicy.Rules.FirstOrDefault(rule => rule.OnExitCodes switch
    {
        null => false,
        { OperatorProperty: "In" } codes => codes.Values.Contains(code),
        var codes => !codes.Values.Contains(code),
    })?.Action ?? "Count";
}
