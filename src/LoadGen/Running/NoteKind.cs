namespace LoadGen.Running;

/// <summary>What kind of thing a <see cref="RunNote"/> tells.</summary>
internal enum NoteKind
{
    /// <summary>The run, or the load, came to its next stage.</summary>
    Stage,

    WorkerJoined,

    /// <summary>It took no part any more, and said so.</summary>
    WorkerLeft,

    WorkerLost,

    /// <summary>A lost worker told what it did after all.</summary>
    WorkerBack,

    /// <summary>The first of its kind.</summary>
    Failure,

    /// <summary>The first arrivals that found no free connection.</summary>
    Dropped,

    StopRequested,

    Verdict,

    /// <summary>The run is over without a result.</summary>
    Unfinished,
}
