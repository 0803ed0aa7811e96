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
