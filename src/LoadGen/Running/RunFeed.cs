using LoadGen.Core;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;

namespace LoadGen.Running;

/// <summary>
/// What is known of one run, for all who watch it: the API and the live page. Its history is bounded, however long
/// the run lasts. Safe for concurrent use.
/// </summary>
/// <param name="id">The run's.</param>
/// <param name="plan">What is run; <see langword="null"/> as long as it is not known.</param>
/// <param name="stop">Ends the run early, with a reason.</param>
/// <param name="changes">Raised at every change.</param>
/// <param name="time">The clock.</param>
internal sealed class RunFeed(string id, Plan? plan, Action<string> stop, ChangeSignal changes, TimeProvider time)
{
    /// <summary>How many seconds of history are kept.</summary>
    public const int MostSeconds = 600;

    /// <summary>How many notes are kept.</summary>
    public const int MostNotes = 500;

    private readonly Lock _lock = new();
    private readonly Queue<RunSecond> _seconds = new();
    private readonly Queue<RunNote> _notes = new();
    private volatile RunProgress? _progress;
    private volatile FinishedRun? _finished;
    private volatile UnfinishedRun? _unfinished;
    private bool _stopping;

    public string Id { get; } = id;

    /// <summary>Since when it is known here.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>What is run, once that is known.</summary>
    public Plan? Plan => plan ?? _progress?.Plan;

    /// <summary>The latest view of it; <see langword="null"/> while it waits for its turn.</summary>
    public RunProgress? Progress => _progress;

    /// <summary>What came of it, once it has ended and has a result.</summary>
    public FinishedRun? Finished => _finished;

    /// <summary>Why it has no result, once it has ended and has none.</summary>
    public UnfinishedRun? Unfinished => _unfinished;

    public bool IsOver => _finished is not null || _unfinished is not null;

    /// <summary>The latest seconds of the load, oldest first.</summary>
    public IReadOnlyList<RunSecond> Seconds
    {
        get
        {
            lock (_lock)
            {
                return [.. _seconds];
            }
        }
    }

    /// <summary>The latest notable events, oldest first.</summary>
    public IReadOnlyList<RunNote> Notes
    {
        get
        {
            lock (_lock)
            {
                return [.. _notes];
            }
        }
    }

    public void Progressed(RunProgress progress)
    {
        lock (_lock)
        {
            foreach (var (kind, text) in RunNotes.Between(_progress, progress))
            {
                Note(progress.Elapsed, kind, text);
            }

            if (progress.LastSecond is { } second && second.T != _progress?.LastSecond?.T)
            {
                Keep(_seconds, second, MostSeconds);
            }

            _progress = progress;
        }

        changes.Raise();
    }

    /// <summary>The run has ended and has a result.</summary>
    public void End(FinishedRun finished)
    {
        var run = finished.Result.Run;
        lock (_lock)
        {
            Note(TimeSpan.FromSeconds(run.DurationSeconds), NoteKind.Verdict, $"verdict: {run.Verdict}");
            _finished = finished;
        }

        changes.Raise();
    }

    /// <summary>The run has ended and has no result.</summary>
    public void End(UnfinishedRun unfinished)
    {
        lock (_lock)
        {
            Note(_progress?.Elapsed ?? TimeSpan.Zero, NoteKind.Unfinished, string.Join("; ", unfinished.Sentences));
            _unfinished = unfinished;
        }

        changes.Raise();
    }

    /// <summary>Ends it early; nothing happens to a run that has ended.</summary>
    public void Stop(string reason)
    {
        lock (_lock)
        {
            if (IsOver)
            {
                return;
            }

            if (!_stopping)
            {
                _stopping = true;
                Note(_progress?.Elapsed ?? TimeSpan.Zero, NoteKind.StopRequested, $"stop requested: {reason}");
            }
        }

        stop(reason);
        changes.Raise();
    }

    private void Note(TimeSpan elapsed, NoteKind kind, string text) => Keep(_notes, new RunNote(time.GetUtcNow(), elapsed, kind, text), MostNotes);

    private static void Keep<T>(Queue<T> kept, T latest, int most)
    {
        if (kept.Count == most)
        {
            kept.Dequeue();
        }

        kept.Enqueue(latest);
    }
}

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
