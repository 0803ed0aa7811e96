using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LoadGen.TestServers.Servers;

/// <summary>Ports for programs that cannot be told to take any free one.</summary>
public static class FreePort
{
    // Below the range from which the system takes ports for outgoing connections (32768 on), so that none of these can
    // take the port between the look here and the server's start.
    private const int First = 12_000;
    private const int Last = 32_000;

    private static readonly ConcurrentDictionary<int, Socket?> Taken = new();

    /// <summary>A port on which nobody listens; never the same twice, and not one that another process of tests has taken.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (Taken.TryAdd(port, null) && TryReserve(port) && IsFree(port))
            {
                return port;
            }
        }
    }

    // A socket whose name is nowhere but in the kernel, held until this process ends.
    private static bool TryReserve(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        var reservation = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            reservation.Bind(new UnixDomainSocketEndPoint($"\0loadgen-test-port-{port}"));
            Taken[port] = reservation;
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            reservation.Dispose();
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
