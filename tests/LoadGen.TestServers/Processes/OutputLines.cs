namespace LoadGen.TestServers.Processes;

/// <summary>The lines a program wrote, and who waits for one.</summary>
internal sealed class OutputLines(string program)
{
    private readonly Lock _gate = new();
    private readonly List<string> _all = [];
    private readonly List<string> _standardOutput = [];
    private readonly List<string> _standardError = [];
    private readonly List<(Func<string, bool> Matches, TaskCompletionSource<string> Line)> _waiting = [];
    private bool _ended;

    public IReadOnlyList<string> StandardOutput => Copy(_standardOutput);

    public IReadOnlyList<string> StandardError => Copy(_standardError);

    public void AddStandardOutput(string line) => Add(_standardOutput, line);

    public void AddStandardError(string line) => Add(_standardError, line);

    /// <summary>No more lines will come: nobody needs to wait longer.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var (_, line) in _waiting)
            {
                line.TrySetException(Missing("ended"));
            }

            _waiting.Clear();
        }
    }

    public async Task<string> WaitForAsync(Func<string, bool> matches, TimeSpan within, CancellationToken cancellation)
    {
        var line = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_all.Find(known => matches(known)) is { } found)
            {
                return found;
            }

            if (_ended)
            {
                throw Missing("ended");
            }

            _waiting.Add((matches, line));
        }

        try
        {
            return await line.Task.WaitAsync(within, cancellation);
        }
        catch (TimeoutException)
        {
            throw Missing($"ran for {within}");
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return _all.Count == 0 ? "It wrote nothing." : "It wrote:\n" + string.Join('\n', _all);
        }
    }

    private InvalidOperationException Missing(string how) => new($"{program} {how} without the line that was waited for. {this}");

    private void Add(List<string> stream, string line)
    {
        lock (_gate)
        {
            stream.Add(line);
            _all.Add(line);
            _waiting.RemoveAll(waiter => waiter.Matches(line) && waiter.Line.TrySetResult(line));
        }
    }

    private List<string> Copy(List<string> lines)
    {
        lock (_gate)
        {
            return [.. lines];
        }
    }
}
