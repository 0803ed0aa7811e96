using System.Net;

namespace LoadGen.TestServers.Servers;

/// <summary>A real server that tells of the handshakes it completed.</summary>
public interface ITlsServer : IAsyncDisposable
{
    /// <summary>Where it completes handshakes.</summary>
    IPEndPoint EndPoint { get; }

    /// <summary>The handshakes that it has told of up to now, in that order. One that failed is not among them.</summary>
    IReadOnlyList<ServerHandshake> Handshakes { get; }

    /// <summary>Waits until it has told of that many handshakes.</summary>
    /// <returns>All that it told of.</returns>
    Task<IReadOnlyList<ServerHandshake>> WaitForHandshakesAsync(int atLeast, CancellationToken cancellation = default);
}
