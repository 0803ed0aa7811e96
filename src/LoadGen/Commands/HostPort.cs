using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LoadGen.Commands;

/// <summary>An address on the command line: <c>host:port</c>, <c>[v6]:port</c>, or a port alone for loopback.</summary>
internal static class HostPort
{
    /// <summary>Reads an address; the host is not resolved.</summary>
    public static bool TryParse(string text, out (string Host, int Port) address)
    {
        address = ("127.0.0.1", 0);
        var colon = text.LastIndexOf(':');
        var (host, port) = colon < 0 ? (address.Host, text) : (text[..colon], text[(colon + 1)..]);
        if (host.Length == 0 || !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > IPEndPoint.MaxPort)
        {
            return false;
        }

        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (host.Contains(':', StringComparison.Ordinal) && !bracketed)
        {
            return false;
        }

        address = (bracketed ? host[1..^1] : host, number);
        return true;
    }

    /// <summary>Reads a host, which may be an IPv6 address without brackets, or a host and a port.</summary>
    public static bool TryParse(string text, int defaultPort, out (string Host, int Port) address)
        => TryParse(
            !text.StartsWith('[') && IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]:{defaultPort}"
            : text.Contains(':', StringComparison.Ordinal) ? text
            : $"{text}:{defaultPort}",
            out address);

    /// <summary>Reads an address to bind: the host must be an IP address or <c>localhost</c>.</summary>
    public static bool TryParseEndPoint(string text, out IPEndPoint endPoint)
    {
        endPoint = new IPEndPoint(IPAddress.Loopback, 0);
        if (!TryParse(text, out var address))
        {
            return false;
        }

        if (address.Host is "localhost")
        {
            endPoint = new IPEndPoint(IPAddress.Loopback, address.Port);
            return true;
        }

        if (!IPAddress.TryParse(address.Host, out var ip))
        {
            return false;
        }

        endPoint = new IPEndPoint(ip, address.Port);
        return true;
    }
}
