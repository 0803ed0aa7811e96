using System.Buffers;
using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

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

    /// <summary>Closes the connection of a completed handshake as the plan says.</summary>
    public void Close(CloseMode mode)
    {
        var socket = Take();
        // Socket options fail if the peer has already closed; the descriptor is freed all the same.
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

    /// <summary>Passes the connection to a new owner; disposing this one then does nothing.</summary>
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

/// <summary>A connection held open after its handshake. It waits without a buffer, so thousands of them cost little.</summary>
internal sealed class HeldConnection(OpenConnection connection, TimeSpan hold, CloseMode close, TimeProvider clock) : IDisposable
{
    private const int DiscardBytes = 4096;

    /// <summary>Keeps it open for the hold time, discarding what the server sends, then closes it.</summary>
    public async ValueTask<HoldEnd> KeepAsync(CancellationToken cancellation)
    {
        using var owned = this;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var timer = clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), over, hold, Timeout.InfiniteTimeSpan);
        var end = HoldEnd.Kept;
        try
        {
            while (end == HoldEnd.Kept)
            {
                // A receive without a buffer completes when there is data to read.
                await connection.Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, over.Token);
                end = await DiscardAsync(over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The hold time is over, or the run was stopped.
        }
        catch (SocketException)
        {
            end = HoldEnd.EndedByServer;
        }

        connection.Close(close);
        return end;
    }

    /// <summary>Resets it, unless it was closed.</summary>
    public void Dispose() => connection.Dispose();

    private async ValueTask<HoldEnd> DiscardAsync(CancellationToken cancellation)
    {
        var discarded = ArrayPool<byte>.Shared.Rent(DiscardBytes);
        try
        {
            return await connection.Socket.ReceiveAsync(discarded.AsMemory(), SocketFlags.None, cancellation) == 0 ? HoldEnd.EndedByServer : HoldEnd.Kept;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(discarded);
        }
    }
}
