namespace LoadGen.Running;

/// <summary>The runs of this coordinator, for the API and the live page.</summary>
internal interface IRuns
{
    /// <summary>Every run, the latest first.</summary>
    IReadOnlyList<RunFeed> All { get; }

    /// <summary>Results of runs that other coordinators had before, and of this one's.</summary>
    KeptResults Kept { get; }

    /// <summary>Raised when any run changes.</summary>
    ChangeSignal Changes { get; }

    RunFeed? Find(string id);
}
