using System.Threading.Channels;
using LoadGen.Core.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoadGen.Live;

/// <summary>A view that stays in place and changes once a second, for a person at a terminal.</summary>
internal sealed class TerminalProgress : IProgressView
{
    private readonly Channel<RunProgress> _updates = Channel.CreateBounded<RunProgress>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly ProgressHistory _history = new();
    private readonly IAnsiConsole _console;
    private readonly Task _drawing;

    public TerminalProgress(IAnsiConsole console)
    {
        _console = console;
        _drawing = console.Live(new Text("starting")).AutoClear(true).StartAsync(async view =>
        {
            await foreach (var progress in _updates.Reader.ReadAllAsync())
            {
                _history.Add(progress);
                view.UpdateTarget(Draw(progress));
                view.Refresh();
            }
        });
    }

    public void Show(RunProgress progress) => _updates.Writer.TryWrite(progress);

    public async ValueTask DisposeAsync()
    {
        _updates.Writer.Complete();
        await _drawing;
    }

    // The width is asked for each time: people resize their terminals.
    private Rows Draw(RunProgress progress) => new(new TerminalFrame(_console.Profile.Width, _console.Profile.Capabilities.Unicode)
        .Draw(progress, _history)
        .Select(line => (IRenderable)new Markup(line)));
}
