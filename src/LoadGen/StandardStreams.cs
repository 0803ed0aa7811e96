using System.Runtime.InteropServices;

namespace LoadGen;

/// <summary>
/// Standard output and error as the rest of the program has them: writing to them never fails and never waits. A stopped
/// terminal, a pager, a pipe whose reader has gone or a full disk hold up neither the load nor its result. They are opened
/// before anything else, so that they need no descriptor when there is something to say.
/// </summary>
internal sealed class StandardStreams : IDisposable
{
    /// <summary>A program that is told to leave at once waits no longer for its readers.</summary>
    private static readonly TimeSpan LastWordsWithin = TimeSpan.FromSeconds(1);

    /// <summary>Diagnostics that are not read by then are not waited for: a worker whose standard error is a pipe that its starter forgot ends.</summary>
    private static readonly TimeSpan DiagnosticsWithin = TimeSpan.FromSeconds(5);

    private readonly PatientWriter _output;
    private readonly PatientWriter _error;

    private StandardStreams(PatientWriter output, PatientWriter error) => (_output, _error) = (output, error);

    /// <summary>From now on <see cref="Console.Out"/> and <see cref="Console.Error"/> are patient.</summary>
    public static StandardStreams Guard()
    {
        var streams = new StandardStreams(
            new PatientWriter(StandardDescriptors.IsWritable(StandardDescriptors.Output) ? Console.Out : new ClosedWriter()),
            new PatientWriter(StandardDescriptors.IsWritable(StandardDescriptors.Error) ? Console.Error : new ClosedWriter()));
        Console.SetOut(streams._output);
        Console.SetError(streams._error);
        AppDomain.CurrentDomain.ProcessExit += streams.SayLastWords;
        return streams;
    }

    /// <summary>Waits until the reader of standard output has taken everything, however long that takes: all else is done by now.</summary>
    public void Dispose()
    {
        _output.Drain(Timeout.InfiniteTimeSpan);
        if (_output.Failure is { } failure)
        {
            _error.WriteLine($"loadgen: warning: standard output is incomplete: {failure}");
        }

        _error.Drain(DiagnosticsWithin);
        AppDomain.CurrentDomain.ProcessExit -= SayLastWords;
    }

    private void SayLastWords(object? sender, EventArgs happened)
    {
        _output.Drain(LastWordsWithin);
        _error.Drain(LastWordsWithin);
    }

    private sealed class ClosedWriter : TextWriter
    {
        public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

        public override void Write(char value) => throw new IOException("it is closed");
    }
}

/// <summary>The descriptors themselves, which .NET says little about.</summary>
internal static partial class StandardDescriptors
{
    public const int Output = 1;
    public const int Error = 2;

    /// <summary>How long a reader is waited for.</summary>
    private const int PatienceMilliseconds = 200;

    private const short ReadyToWrite = 4;
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;
    private const int GetStatusFlags = 3;
    private const int AccessMode = 3;

    /// <summary>
    /// Whether the program was started with it, and may write to it. Where it was closed, its number may be that of a file which
    /// the runtime has opened since, and those are not passed on to other programs.
    /// </summary>
    public static bool IsWritable(int descriptor) => OperatingSystem.IsWindows()
        || (FlagsOf(descriptor, GetDescriptorFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0
            && (FlagsOf(descriptor, GetStatusFlags) & AccessMode) != 0);

    /// <summary>Writes what was encoded before, as the last thing of a process that has no memory left; not on Windows.</summary>
    public static void TryWrite(int descriptor, ReadOnlySpan<byte> text)
    {
        var waited = new Waited { Descriptor = descriptor, Events = ReadyToWrite };
        if (IsWritable(descriptor) && Poll(ref waited, 1, PatienceMilliseconds) > 0)
        {
            _ = Write(descriptor, text, text.Length);
        }
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref Waited waited, nuint count, int withinMilliseconds);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FlagsOf(int descriptor, int command);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Waited
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}

/// <summary>Takes text at once and hands it on from a thread of its own. What is not read for long is left out, the oldest first.</summary>
internal sealed class PatientWriter : TextWriter
{
    /// <summary>Hours of progress lines, minutes of a live view.</summary>
    public const int MostCharacters = 1 << 20;

    private readonly TextWriter _inner;
    private readonly object _gate = new();
    private readonly Queue<string> _waiting = new();
    private int _characters;
    private long _leftOut;
    private bool _writing;

    public PatientWriter(TextWriter inner)
    {
        _inner = inner;
        new Thread(HandOn) { IsBackground = true, Name = "standard stream" }.Start();
    }

    public override System.Text.Encoding Encoding => _inner.Encoding;

    /// <summary>The first thing that went wrong; <see langword="null"/> if nothing has.</summary>
    public string? Failure { get; private set; }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void WriteLine(string? value) => Write(value + NewLine);

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        lock (_gate)
        {
            _waiting.Enqueue(value);
            _characters += value.Length;
            while (_characters > MostCharacters && _waiting.Count > 1)
            {
                var oldest = _waiting.Dequeue().Length;
                _characters -= oldest;
                _leftOut += oldest;
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until everything is handed on, or the time has passed.</summary>
    public void Drain(TimeSpan within)
    {
        var patience = within == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)within.TotalMilliseconds;
        lock (_gate)
        {
            while (_writing || _waiting.Count > 0)
            {
                var left = patience == long.MaxValue ? Timeout.Infinite : (int)(patience - Environment.TickCount64);
                if ((left <= 0 && left != Timeout.Infinite) || !Monitor.Wait(_gate, left))
                {
                    return;
                }
            }
        }
    }

    private void HandOn()
    {
        while (true)
        {
            var text = Take();
            try
            {
                _inner.Write(text);
                _inner.Flush();
            }
            catch (Exception error)
            {
                // Whatever it is, the next text is tried: a failure to write is no reason for another one.
                Failure ??= error.Message;
            }
        }
    }

    private string Take()
    {
        lock (_gate)
        {
            _writing = false;
            while (_waiting.Count == 0)
            {
                Monitor.PulseAll(_gate);
                Monitor.Wait(_gate);
            }

            var notice = _leftOut == 0 ? "" : $"{NewLine}[{_leftOut:N0} characters dropped: the reader was too slow]{NewLine}";
            var text = notice + string.Concat(_waiting);
            _waiting.Clear();
            (_characters, _leftOut, _writing) = (0, 0, true);
            return text;
        }
    }
}
