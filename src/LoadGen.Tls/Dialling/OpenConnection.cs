using System.Net;
using System.Net.Sockets;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// The connection of one attempt and the only owner of its socket: disposing it frees the descriptor and returns it to its
/// budget, however the attempt ended. A connection that was not closed before has failed and is reset, which frees its port.
/// </summary>
internal sealed class OpenConnection : IDisposable
{
    private static readonly LingerOption ByReset = new(enable: true, seconds: 0);

    private readonly FileBudget _files;
    private Socket? _socket;

    private static ReadOnlySpan<byte> One => BitConverter.IsLittleEndian ? [1, 0, 0, 0] : [0, 0, 0, 1];

    private OpenConnection(Socket socket, FileBudget files) => (_socket, _files) = (socket, files);

    // IPPROTO_IP and IP_BIND_ADDRESS_NO_PORT (ip(7)): the port is chosen when connecting, so that one serves for every address that is
    // connected to.
    private const int IPLevel = 0;
    private const int BindAddressNoPort = 24;

    /// <summary>Opens a socket for a connection; <see langword="null"/> if no descriptor is free.</summary>
    /// <param name="family">The family of the address to connect to.</param>
    /// <param name="source">The local address to connect from; <see langword="null"/> to leave it to the system.</param>
    /// <param name="files">Where its descriptor comes from.</param>
    /// <exception cref="SocketException">The operating system refused to open one.</exception>
    public static OpenConnection? TryOpen(AddressFamily family, IPEndPoint? source, FileBudget files)
    {
        if (!files.TryTake())
        {
            return null;
        }

        Socket? socket = null;
        try
        {
            socket = new Socket(family, SocketType.Stream, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            if (family != AddressFamily.Unix)
            {
                socket.NoDelay = true;
            }

            if (source is not null)
            {
                if (OperatingSystem.IsLinux())
                {
                    socket.SetRawSocketOption(IPLevel, BindAddressNoPort, One);
                }

                socket.Bind(source);
            }

            return new OpenConnection(socket, files);
        }
        catch
        {
            socket?.Dispose();
            files.Return();
            throw;
        }
    }

    /// <summary>The socket.</summary>
    public Socket Socket => _socket ?? throw new ObjectDisposedException(nameof(OpenConnection));

    /// <summary>Closes it: by RST, or by FIN, unless the server has closed already.</summary>
    public void Close(bool byReset)
    {
        var socket = Take();
        // Socket options fail if the peer has already closed; the descriptor is freed all the same.
        try
        {
            if (byReset)
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

    /// <summary>Passes the connection to a new owner; disposing this one then does nothing.</summary>
    public OpenConnection HandOver() => new(Take()!, _files);

    public void Dispose()
    {
        if (_socket is not null)
        {
            Close(byReset: true);
        }
    }

    private Socket? Take()
    {
        var socket = _socket;
        _socket = null;
        return socket;
    }
}

/// <summary>Sending on the sockets of connections.</summary>
internal static class Sending
{
    /// <summary>Sends all of it, in as many calls as the system needs.</summary>
    public static async ValueTask SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellation)..];
        }
    }
}
