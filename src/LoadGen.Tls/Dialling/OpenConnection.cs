using System.Net.Sockets;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// The connection of one attempt and the only owner of its socket: whatever becomes of the attempt, disposing this frees the
/// descriptor, and gives it back to the budget that it was taken from. What was not closed by then has failed and is reset: there
/// is no peer to be polite to, and its port is free again.
/// </summary>
internal sealed class OpenConnection : IDisposable
{
    private static readonly LingerOption ByReset = new(enable: true, seconds: 0);

    private readonly FileBudget _files;
    private Socket? _socket;

    private OpenConnection(Socket socket, FileBudget files) => (_socket, _files) = (socket, files);

    /// <summary>Opens a socket for a connection; <see langword="null"/> if there is no descriptor for it.</summary>
    /// <exception cref="SocketException">The operating system refused.</exception>
    public static OpenConnection? TryOpen(AddressFamily family, FileBudget files)
    {
        if (!files.TryTake())
        {
            return null;
        }

        try
        {
            return new OpenConnection(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, files);
        }
        catch
        {
            files.Return();
            throw;
        }
    }

    /// <summary>The socket.</summary>
    public Socket Socket => _socket ?? throw new ObjectDisposedException(nameof(OpenConnection));

    /// <summary>Closes the connection of a completed handshake as the plan says.</summary>
    public void Close(CloseMode mode)
    {
        var socket = Take();
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
        finally
        {
            socket!.Dispose();
            _files.Return();
        }
    }

    /// <summary>Gives the connection to a new owner; disposing this one does nothing any more.</summary>
    public OpenConnection HandOver() => new(Take()!, _files);

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
