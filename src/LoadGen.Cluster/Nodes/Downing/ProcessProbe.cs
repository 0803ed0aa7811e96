using System.Net.Sockets;

namespace LoadGen.Cluster.Nodes.Downing;

/// <summary>Finds out whether a silent node's process has ended: then its machine refuses connections to its port.</summary>
internal static class ProcessProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether the process has certainly ended. One that is only paused still has a port that accepts, and one that cannot be
    /// reached does not answer at all: of those nothing is known.
    /// </summary>
    public static async Task<bool> IsGoneAsync(string host, int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await socket.ConnectAsync(host, port, patience.Token).ConfigureAwait(false);
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
