using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LoadGen.TestServers.Processes;

/// <summary>
/// A program started without a shell, whose lines on both outputs are kept and can be waited for. It does not outlive
/// <see cref="DisposeAsync"/>, nor the test run.
/// </summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<ChildProcess, bool> Running = new();

    private readonly Process _process;
    private readonly OutputLines _lines;
    private readonly Task _reading;

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var child in Running.Keys)
        {
            child.KillTree();
        }
    };

    private ChildProcess(Process process)
    {
        _process = process;
        _lines = new OutputLines(process.StartInfo.FileName);
        _reading = ReadAsync();
        Running[this] = true;
    }

    /// <summary>The time within which anything that a test waits for happens, unless the program hangs.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>The lines of standard output up to now.</summary>
    public IReadOnlyList<string> StandardOutput => _lines.StandardOutput;

    /// <summary>The lines of standard error up to now.</summary>
    public IReadOnlyList<string> StandardError => _lines.StandardError;

    /// <summary>Starts a program. Its standard input is a pipe on which only <see cref="WriteLineAsync"/> writes.</summary>
    /// <param name="program">A path, or a name looked up in PATH.</param>
    /// <param name="arguments">Passed as they are.</param>
    /// <param name="environment">Variables to set, or to remove with <see langword="null"/>, besides those of this process.</param>
    public static ChildProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Waits for a line on either output, or returns it if it came already.</summary>
    /// <exception cref="InvalidOperationException">The program ended, or was silent for <see cref="Patience"/>; with all its output.</exception>
    public Task<string> WaitForLineAsync(Func<string, bool> matches, CancellationToken cancellation = default)
        => _lines.WaitForAsync(matches, Patience, cancellation);

    /// <summary>Waits for a line on either output that contains <paramref name="text"/>.</summary>
    public Task<string> WaitForLineAsync(string text, CancellationToken cancellation = default)
        => WaitForLineAsync(line => line.Contains(text, StringComparison.Ordinal), cancellation);

    /// <summary>Waits until so many lines have come that match, on either output.</summary>
    /// <exception cref="InvalidOperationException">The program ended before, or <see cref="Patience"/> did; with all its output.</exception>
    public Task WaitForLinesAsync(Func<string, bool> matches, int count, CancellationToken cancellation = default)
    {
        // A wait is asked about each line once, in order.
        var matched = 0;
        return count == 0 ? Task.CompletedTask : WaitForLineAsync(line => matches(line) && ++matched == count, cancellation);
    }

    /// <summary>Waits until the program has ended and all its output is read.</summary>
    /// <returns>Its exit code; 128 plus the signal's number if a signal ended it.</returns>
    /// <exception cref="InvalidOperationException">It did not end within <paramref name="within"/>; it is killed, and its output told.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan within, CancellationToken cancellation = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(within);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _reading.WaitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            KillTree();
            throw new InvalidOperationException($"{_process.StartInfo.FileName} did not end within {within}.\n{_lines}");
        }
    }

    /// <summary>Writes a line to its standard input.</summary>
    public async Task WriteLineAsync(string line, CancellationToken cancellation = default)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
    }

    /// <summary>Ends its standard input, which many clients take as the order to close.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Sends a signal to the process, not to its children.</summary>
    /// <exception cref="InvalidOperationException">The process is gone.</exception>
    public void Send(Signal signal)
    {
        if (_process.HasExited || Kill(_process.Id, (int)signal) != 0)
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} cannot be sent {signal}: it is gone.\n{_lines}");
        }
    }

    /// <summary>Kills the program with its children and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        KillTree();
        await _process.WaitForExitAsync();
        await _reading;
        Running.TryRemove(this, out _);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    // Does nothing to a process that has ended.
    private void KillTree() => _process.Kill(entireProcessTree: true);

    private async Task ReadAsync()
    {
        await Task.WhenAll(
            ReadAsync(_process.StandardOutput, _lines.AddStandardOutput),
            ReadAsync(_process.StandardError, _lines.AddStandardError));
        _lines.End();
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> add)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            add(line);
        }
    }
}
