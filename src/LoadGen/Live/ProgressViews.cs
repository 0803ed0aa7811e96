using LoadGen.Core.Runs;
using Spectre.Console;

namespace LoadGen.Live;

/// <summary>Chooses the view that suits where the output goes.</summary>
internal static class ProgressViews
{
    /// <param name="console">Where to write.</param>
    /// <param name="quiet">Show nothing at all.</param>
    public static IProgressView For(IAnsiConsole console, bool quiet) => quiet
        ? new NoProgress()
        : console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi ? new TerminalProgress(console) : new PlainProgress(console);

    private sealed class NoProgress : IProgressView
    {
        public void Show(RunProgress progress)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>Shows a run in progress.</summary>
internal interface IProgressView : IAsyncDisposable
{
    /// <summary>The run has come this far. Does not block.</summary>
    void Show(RunProgress progress);
}
