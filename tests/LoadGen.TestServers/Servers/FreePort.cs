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

    private static readonly ConcurrentDictionary<int, bool> Taken = new();

    /// <summary>A port on which nobody listens; never the same twice.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (Taken.TryAdd(port, true) && IsFree(port))
            {
                return port;
            }
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
