using System.Runtime.InteropServices;

namespace LoadGen.Commands;

/// <summary>SIGINT (Ctrl-C) and SIGTERM: each is passed on with its number, from 1, instead of ending the process.</summary>
internal sealed class StopSignals : IDisposable
{
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

        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Take), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take)];
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
