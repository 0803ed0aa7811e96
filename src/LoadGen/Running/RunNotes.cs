using LoadGen.Core;
using LoadGen.Core.Runs;

namespace LoadGen.Running;

/// <summary>Finds what is notable between two views of a run.</summary>
internal static class RunNotes
{
    /// <param name="before">The view before; <see langword="null"/> for the first.</param>
    /// <param name="now">The view now.</param>
    public static IEnumerable<(NoteKind Kind, string Text)> Between(RunProgress? before, RunProgress now)
        => [.. Stages(before, now), .. Workers(before, now), .. Failures(before, now)];

    private static IEnumerable<(NoteKind, string)> Stages(RunProgress? before, RunProgress now)
    {
        if (before?.Stage != now.Stage)
        {
            yield return (NoteKind.Stage, now.Stage switch
            {
                RunStage.Forming => "waiting for workers",
                RunStage.Preparing => "preparing workers",
                RunStage.Running => "load started",
                RunStage.Stopping => "stopping: no new handshakes; those in progress may finish",
                _ => "load finished",
            });
        }

        if (before is { Stage: RunStage.Running } && now.Stage == RunStage.Running && before.LoadStage != now.LoadStage)
        {
            yield return (NoteKind.Stage, $"load stage {now.LoadStage + 1} started");
        }
    }

    private static IEnumerable<(NoteKind, string)> Workers(RunProgress? before, RunProgress now)
    {
        var known = before?.Workers.ToDictionary(worker => worker.Id) ?? [];
        foreach (var worker in now.Workers)
        {
            if (!known.Remove(worker.Id, out var earlier))
            {
                yield return (NoteKind.WorkerJoined, $"worker {worker.Id} on {worker.Host} joined");
                earlier = new WorkerState(worker.Id, worker.Host);
            }

            foreach (var note in Changes(earlier, worker))
            {
                yield return note;
            }
        }

        foreach (var gone in known.Values)
        {
            yield return (NoteKind.WorkerLeft, $"worker {gone.Id} left before it was assigned work");
        }
    }

    private static IEnumerable<(NoteKind, string)> Changes(WorkerState before, WorkerState now)
    {
        if (now.Stage == WorkerStage.Lost && before.Stage != WorkerStage.Lost)
        {
            yield return (NoteKind.WorkerLost, $"worker {now.Id} lost");
        }

        if (now.Books.Lost > 0 && before.Books.Lost == 0)
        {
            yield return (NoteKind.WorkerLost, $"{now.Books.Lost:N0} assigned arrivals of worker {now.Id} counted as lost");
        }

        if (now.Stage == WorkerStage.Lost && before.Stage == WorkerStage.Lost && now.LastReport > before.LastReport)
        {
            yield return (NoteKind.WorkerBack, $"worker {now.Id} reconnected and reported late results");
        }

        if (now.IsLeaving && !before.IsLeaving)
        {
            yield return (NoteKind.WorkerLeft, $"worker {now.Id} is leaving; its share is reassigned");
        }
    }

    private static IEnumerable<(NoteKind, string)> Failures(RunProgress? before, RunProgress now)
    {
        var known = before?.Failures.Select(each => each.Key).ToHashSet() ?? [];
        foreach (var (kind, count) in now.Failures.Where(each => !known.Contains(each.Key)))
        {
            var example = now.FailureCauses.FirstOrDefault(each => each.Key.Kind == kind).Value?.Example;
            yield return (NoteKind.Failure, $"first {kind.Name()}{(count > 1 ? $" ({count:N0} at once)" : "")}{(string.IsNullOrEmpty(example) ? "" : $": {example}")}");
        }

        if (now.Ended.Dropped > 0 && (before?.Ended.Dropped ?? 0) == 0)
        {
            yield return (NoteKind.Dropped, $"first dropped arrivals ({now.Ended.Dropped:N0}): no free connection");
        }
    }
}

/// <summary>Something notable that happened in a run.</summary>
/// <param name="At">When it was seen.</param>
/// <param name="Elapsed">The same, from the start of the load; zero before it.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Text">A sentence for people.</param>
internal sealed record RunNote(DateTimeOffset At, TimeSpan Elapsed, NoteKind Kind, string Text);

/// <summary>What kind of thing a <see cref="RunNote"/> tells.</summary>
internal enum NoteKind
{
    /// <summary>The run, or the load, came to its next stage.</summary>
    Stage,

    WorkerJoined,

    /// <summary>It took no part any more, and said so.</summary>
    WorkerLeft,

    WorkerLost,

    /// <summary>A lost worker reconnected and reported late results.</summary>
    WorkerBack,

    /// <summary>The first of its kind.</summary>
    Failure,

    /// <summary>The first arrivals that found no free connection.</summary>
    Dropped,

    StopRequested,

    Verdict,

    /// <summary>The run has ended without a result.</summary>
    Unfinished,
}
