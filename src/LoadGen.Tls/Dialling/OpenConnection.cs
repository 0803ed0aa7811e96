using System.Net.Sockets;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// The connection of one attempt and the only owner of its socket: whatever becomes of the attempt, disposing this frees the
/// descriptor. What was not closed by then has failed and is reset: there is no peer to be polite to, and its port is free again.
/// </summary>
internal sealed class OpenConnection(Socket socket) : IDisposable
{
    private static readonly LingerOption ByReset = new(enable: true, seconds: 0);

    private Socket? _socket = socket;

    /// <summary>The connected socket.</summary>
    public Socket Socket => _socket ?? throw new ObjectDisposedException(nameof(OpenConnection));

    /// <summary>Closes the connection of a completed handshake as the plan says.</summary>
    public void Close(CloseMode mode)
    {
        using var socket = Take();
        // A peer that has gone already makes options fail; the descriptor is freed all the same.
        try
        {
            if (mode == CloseMode.Rst)
            {
                socket!.LingerState = ByReset;
            }
            else
            {
                socket!.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>Gives the connection to a new owner; disposing this one does nothing any more.</summary>
    public OpenConnection HandOver() => new(Take()!);

    public void Dispose()
    {
        if (_socket is not null)
        {
            Close(CloseMode.Rst);
        }
    }

    private Socket? Take()
    {
        var socket = _socket;
        _socket = null;
        return socket;
    }
}
