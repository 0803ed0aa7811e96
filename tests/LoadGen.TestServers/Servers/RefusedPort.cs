using System.Net;
using System.Net.Sockets;

namespace LoadGen.TestServers.Servers;

/// <summary>A port that refuses connections: bound, so that nobody else gets it, and not listening.</summary>
public sealed class RefusedPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RefusedPort() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    /// <summary>The address, on loopback.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public void Dispose() => _socket.Dispose();
}
