namespace LoadGen.Core.Runs;

/// <summary>How far one worker has come in a run.</summary>
public enum WorkerStage
{
    /// <summary>Known, and told nothing yet.</summary>
    Waiting,

    /// <summary>Has the plan and gets ready.</summary>
    Preparing,

    /// <summary>Ready to start, without a share of the work.</summary>
    Prepared,

    /// <summary>Under load, or draining.</summary>
    Running,

    /// <summary>Its last report has arrived.</summary>
    Finished,

    /// <summary>Gone before its last report.</summary>
    Lost,
}
