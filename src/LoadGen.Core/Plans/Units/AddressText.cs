using System.Globalization;

namespace LoadGen.Core.Plans.Units;

/// <summary>Addresses as curl and openssl users write them: <c>host:port</c>, <c>192.0.2.1:443</c>, <c>[2001:db8::1]:443</c>.</summary>
public static class AddressText
{
    /// <summary>What an address looks like, for messages.</summary>
    public const string Examples = "www.example.com:443, 192.0.2.1:443 or [2001:db8::1]:443";

    /// <summary>What the path of a Unix domain socket follows.</summary>
    public const string UnixPrefix = "unix:";

    /// <summary>
    /// Reads a host and a port. An IPv6 address must be in brackets, since its last group could not be told from a port.
    /// </summary>
    /// <param name="text">The address.</param>
    /// <param name="defaultPort">The port when none is written.</param>
    /// <param name="host">The host without brackets.</param>
    /// <param name="port">1 to 65535.</param>
    public static bool TryParse(string text, int defaultPort, out string host, out int port)
    {
        port = defaultPort;
        var rest = text.Trim();
        var bracketed = rest.StartsWith('[');
        var hostEnd = bracketed ? rest.IndexOf(']', StringComparison.Ordinal) : rest.LastIndexOf(':');
        if (bracketed && hostEnd < 0)
        {
            host = "";
            return false;
        }

        host = bracketed ? rest[1..hostEnd] : hostEnd < 0 ? rest : rest[..hostEnd];
        var afterHost = bracketed ? rest[(hostEnd + 1)..] : hostEnd < 0 ? "" : rest[hostEnd..];
        return (bracketed ? HostText.IsIPv6(host) : HostText.IsName(host) || HostText.IsIPv4(host))
            && (afterHost.Length == 0 || (afterHost[0] == ':' && TryParsePort(afterHost[1..], out port)));
    }

    /// <summary>The address as <see cref="TryParse"/> reads it.</summary>
    public static string Format(string host, int port) => $"{Bracketed(host)}:{port}";

    /// <summary>A host as it stands before a colon: an IPv6 address in brackets.</summary>
    public static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static bool TryParsePort(string text, out int port)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
}
