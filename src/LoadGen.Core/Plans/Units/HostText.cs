using System.Net;
using System.Net.Sockets;

namespace LoadGen.Core.Plans.Units;

/// <summary>Host names and IP addresses.</summary>
internal static class HostText
{
    /// <summary>A name or an address, without brackets and without a port.</summary>
    public static bool IsHost(string text) => IsName(text) || IsIPv4(text) || IsIPv6(text);

    /// <summary>
    /// Whether it can be looked up: labels of letters, digits, hyphens and underscores (RFC 1123 section 2.1; container
    /// networks use underscores), and a last label that is not a number, which would make it an address.
    /// </summary>
    public static bool IsName(string text)
    {
        var labels = (text.EndsWith('.') ? text[..^1] : text).Split('.');
        return text.Length <= 253 && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit);
    }

    /// <summary>Whether it is an IPv4 address of four decimal numbers; older short forms are not.</summary>
    public static bool IsIPv4(string text)
        => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;

    /// <summary>Whether it is an IPv6 address.</summary>
    public static bool IsIPv6(string text)
        => !text.StartsWith('[') && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    private static bool IsLabel(string label)
        => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
            && label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
