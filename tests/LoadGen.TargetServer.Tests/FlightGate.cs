using System.Net.Sockets;

namespace LoadGen.TargetServer.Tests;

/// <summary>Holds back a client's second flight, and with it the end of its handshake, until told.</summary>
internal sealed class FlightGate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the client has the second flight ready.</summary>
    public Task Reached => _reached.Task;

    public void Open() => _opened.SetResult();

    public NetworkStream Through(Socket socket) => new GatedStream(socket, this);

    private sealed class GatedStream(Socket socket, FlightGate gate) : NetworkStream(socket, ownsSocket: true)
    {
        private int _writes;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++_writes == 2)
            {
                gate._reached.SetResult();
                await gate._opened.Task.WaitAsync(cancellationToken);
            }

            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
