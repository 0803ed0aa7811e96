using System.Net.Sockets;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>How connections end on the TCP level.</summary>
internal static class SocketClosing
{
    private static readonly LingerOption ByReset = new(enable: true, seconds: 0);

    /// <summary>Closes a connection. A failed one is always reset: there is nobody to be polite to, and its port is free again.</summary>
    public static void Close(Socket socket, CloseMode mode, bool completed)
    {
        // A peer that has gone already makes options fail; the descriptor is freed all the same.
        try
        {
            if (mode == CloseMode.Rst || !completed)
            {
                socket.LingerState = ByReset;
            }
            else
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException)
        {
            socket.Dispose();
            return;
        }

        socket.Dispose();
    }
}
