using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// The header of the PROXY protocol (HAProxy's proxy-protocol.txt) that begins each connection to a target: it says whom the
/// connection is from and what it is to. Safe for concurrent use.
/// </summary>
/// <param name="version">The form of the header.</param>
/// <param name="clients">Made-up client addresses, each connection the next; <see langword="null"/> for the connection's own.</param>
internal sealed class ProxyHeader(ProxyProtocol version, IPNetwork? clients)
{
    private const int FirstPort = 1024;
    private const byte ProxyCommand = 0x21;

    private long _turn = -1;

    /// <summary>The header for a target; <see langword="null"/> if it gets none.</summary>
    public static ProxyHeader? For(Target target) => target.ProxyProtocol is { } version ? new ProxyHeader(version, target.ProxyClients) : null;

    /// <summary>The header for the next connection.</summary>
    public byte[] Next(Socket socket)
    {
        var to = socket.RemoteEndPoint as IPEndPoint;
        var from = socket.LocalEndPoint as IPEndPoint;
        if (clients is { } network)
        {
            from = MadeUp(network, Interlocked.Increment(ref _turn));
            // Over a Unix domain socket nothing but the client is known.
            to ??= new IPEndPoint(from.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0);
        }

        return from is null || to is null ? Unknown(version) : Write(version, from, to);
    }

    /// <summary>The header for a connection between two addresses. Both are of one family in it: IPv4 is written as IPv6 if it must.</summary>
    public static byte[] Write(ProxyProtocol version, IPEndPoint from, IPEndPoint to)
    {
        var (source, destination) = (from.Address, to.Address);
        if (source.AddressFamily != destination.AddressFamily)
        {
            (source, destination) = (source.MapToIPv6(), destination.MapToIPv6());
        }

        var isIPv4 = source.AddressFamily == AddressFamily.InterNetwork;
        if (version == ProxyProtocol.V1)
        {
            return Encoding.ASCII.GetBytes($"PROXY {(isIPv4 ? "TCP4" : "TCP6")} {source} {destination} {from.Port} {to.Port}\r\n");
        }

        // AF_INET or AF_INET6, and STREAM.
        byte[] header = [.. Signature, ProxyCommand, isIPv4 ? (byte)0x11 : (byte)0x21, 0, 0, .. source.GetAddressBytes(), .. destination.GetAddressBytes(), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)(header.Length - 16));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(header.Length - 4), (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(header.Length - 2), (ushort)to.Port);
        return header;
    }

    /// <summary>The address and port of the nth made-up client. Ports go on where the addresses begin anew.</summary>
    public static IPEndPoint MadeUp(IPNetwork network, long n)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        var hostBits = Math.Min((bytes.Length * 8) - network.PrefixLength, 62);
        var offset = n & ((1L << hostBits) - 1);
        var port = FirstPort + ((n >> hostBits) % (65536 - FirstPort));
        for (var i = bytes.Length - 1; i >= 0 && offset > 0; i--, offset >>= 8)
        {
            bytes[i] |= (byte)offset;
        }

        return new IPEndPoint(new IPAddress(bytes), (int)port);
    }

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static byte[] Unknown(ProxyProtocol version) => version == ProxyProtocol.V1 ? "PROXY UNKNOWN\r\n"u8.ToArray() : [.. Signature, ProxyCommand, 0, 0, 0];
}
