using System.Runtime.InteropServices;

namespace LoadGen.Commands;

/// <summary>
/// The signals that ask a program to end: SIGINT (Ctrl-C), SIGTERM, SIGHUP (the terminal has gone) and SIGQUIT. Each is passed
/// on with its number, from 1, instead of ending the process. What the program was started to ignore, as nohup does with
/// SIGHUP, stays ignored.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] Taken = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <param name="stop">Called at each signal.</param>
    public StopSignals(Action<int> stop)
    {
        void Take(PosixSignalContext context)
        {
            context.Cancel = true;
            stop(Interlocked.Increment(ref _count));
            _first.TrySetResult();
        }

        _registrations = [.. Taken.Select(signal => PosixSignalRegistration.Create(signal, Take))];
    }

    /// <summary>Ends at the first signal.</summary>
    public Task FirstSignal => _first.Task;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
