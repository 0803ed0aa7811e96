using System.Net.Sockets;
using System.Runtime.InteropServices;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Dialling;

/// <summary>What the kernel tells of a TCP connection (tcp(7)); nothing of any other, nor on any other system than Linux.</summary>
internal static class TcpInformation
{
    // IPPROTO_TCP, TCP_MAXSEG and TCP_INFO, in linux/in.h and linux/tcp.h.
    private const int TcpLevel = 6;
    private const int MaximumSegment = 2;
    private const int Information = 11;

    // In struct tcp_info; what follows does not matter, and an older kernel has as much.
    private const int RoundTripAt = 68;
    private const int TotalRetransmitsAt = 100;
    private const int InformationBytes = 104;

    /// <summary>The bytes of a full segment, without headers and options, as this side sends them: the other side's are as large unless a route is lopsided.</summary>
    public static int? SegmentBytesOf(Socket socket)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        return TryRead(socket, MaximumSegment, value) && MemoryMarshal.Read<int>(value) is > 0 and var bytes ? bytes : null;
    }

    /// <summary>The round-trip time and the retransmitted segments.</summary>
    public static TcpSample? SampleOf(Socket socket)
    {
        Span<byte> value = stackalloc byte[InformationBytes];
        return TryRead(socket, Information, value)
            ? new TcpSample(TimeSpan.FromMicroseconds(MemoryMarshal.Read<uint>(value[RoundTripAt..])), (int)MemoryMarshal.Read<uint>(value[TotalRetransmitsAt..]))
            : null;
    }

    private static bool TryRead(Socket socket, int name, Span<byte> value)
    {
        if (!OperatingSystem.IsLinux() || socket.ProtocolType != ProtocolType.Tcp)
        {
            return false;
        }

        try
        {
            return socket.GetRawSocketOption(TcpLevel, name, value) == value.Length;
        }
        catch (SocketException)
        {
            // It is there for every connection, but a sandbox may forbid the call: then it is not seen.
            return false;
        }
    }
}
