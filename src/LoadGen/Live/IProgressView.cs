using LoadGen.Core.Runs;

namespace LoadGen.Live;

/// <summary>Shows a run while it goes on.</summary>
internal interface IProgressView : IAsyncDisposable
{
    /// <summary>The run has come this far. Does not block.</summary>
    void Show(RunProgress progress);
}
