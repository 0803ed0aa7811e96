using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LoadGen.Core.Plans.Reading;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans.Keys;

/// <summary>Where a target is: a host and port, or the path of a Unix domain socket.</summary>
internal readonly record struct TargetAddress(string Host, int Port, string? SocketPath);

/// <summary><c>host:port</c>, or <c>unix:/path</c>.</summary>
internal sealed class AddressValue : ScalarValue<TargetAddress>
{
    private const int HttpsPort = 443;

    // sun_path has 108 bytes with the zero at its end (unix(7)).
    private const int LongestPath = 107;

    public override JsonNode? Write(TargetAddress value)
        => value.SocketPath is { } path ? AddressText.UnixPrefix + path : value.Host.Length == 0 ? null : AddressText.Format(value.Host, value.Port);

    protected override bool TryRead(Written written, PlanContext context, out TargetAddress value)
    {
        var text = written.Text.Trim();
        if (text.StartsWith(AddressText.UnixPrefix, StringComparison.Ordinal))
        {
            var path = text[AddressText.UnixPrefix.Length..];
            value = new TargetAddress("localhost", 0, path);
            return (path.StartsWith('/') && Encoding.UTF8.GetByteCount(path) <= LongestPath && !path.Contains('\0', StringComparison.Ordinal))
                || Refuse(written, "is not the path of a socket", $"write unix: and an absolute path of at most {LongestPath} bytes, such as unix:/run/gateway.sock", context);
        }

        var isAddress = AddressText.TryParse(text, HttpsPort, out var host, out var port);
        value = new TargetAddress(host, port, null);
        return isAddress || Refuse(written, "is not an address", $"write host:port, such as {AddressText.Examples}, or unix:/path", context);
    }
}

/// <summary>
/// Server names. An entry that begins with <c>@</c> names a file with a name on each line; blank lines, and lines that begin with
/// <c>#</c>, do not count.
/// </summary>
internal sealed class ServerNamesValue : PlanValue<IReadOnlyList<string>>
{
    private static readonly ListValue<string> Names = new(new TextValue("a server name", HostText.IsHost, "write the name in the certificate, such as www.example.com"));

    public override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out IReadOnlyList<string> value)
    {
        value = null;
        var entries = new List<PlanNode>();
        foreach (var entry in PlanNode.AsList(node))
        {
            if (entry is not PlanNode.Scalar { Text: ['@', .. var file] } scalar)
            {
                entries.Add(entry);
            }
            else if (PlanFile.ReadText(new Written(file, scalar.Place), "the file of server names", context) is not { } text)
            {
                return false;
            }
            else
            {
                entries.AddRange(text.Split('\n').Index()
                    .Select(line => (Text: line.Item.Trim(), Number: line.Index + 1))
                    .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
                    .Select(line => PlanNode.Of(new Written(line.Text, Place.OfFile($"{file}:{line.Number}")))));
            }
        }

        if (entries.Count > PlanRules.MostServerNames)
        {
            context.Problems.Add(node.Place, $"{entries.Count} server names are too many", $"name at most {PlanRules.MostServerNames}");
            return false;
        }

        return Names.TryRead(new PlanNode.Sequence(node.Place, entries), path, context, out value);
    }

    public override JsonNode? Write(IReadOnlyList<string> value) => Names.Write(value);

    public override JsonObject Schema() => Names.Schema();
}

/// <summary>An HTTP proxy: <c>host:port</c>, or with credentials <c>http://user:password@host:port</c>.</summary>
internal sealed class HttpProxyValue : ScalarValue<HttpProxy?>
{
    private const string Scheme = "http://";

    public override JsonNode? Write(HttpProxy? value) => value is null ? null
        : value.Credentials is null ? AddressText.Format(value.Host, value.Port)
        : $"{Scheme}{string.Join(':', value.Credentials.Split(':', 2).Select(Uri.EscapeDataString))}@{AddressText.Format(value.Host, value.Port)}";

    protected override bool TryRead(Written written, PlanContext context, out HttpProxy? value)
    {
        var text = written.Text.Trim().TrimEnd('/');
        text = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : text;
        var at = text.LastIndexOf('@');
        var credentials = at < 0 ? null : string.Join(':', text[..at].Split(':', 2).Select(Uri.UnescapeDataString));
        if (AddressText.TryParse(text[(at + 1)..], defaultPort: 0, out var host, out var port) && port > 0 && credentials?.Any(char.IsControl) != true)
        {
            value = new HttpProxy(host, port, credentials);
            return true;
        }

        // The value is not shown: it may have a password in it.
        value = null;
        context.Problems.Add(written.Place, "the proxy is not the address of an HTTP proxy", "write host:port, or http://user:password@host:port");
        return false;
    }
}

/// <summary>An address or a block of them.</summary>
internal sealed class NetworkValue : ScalarValue<IPNetwork?>
{
    public override JsonNode? Write(IPNetwork? value) => value?.ToString();

    protected override bool TryRead(Written written, PlanContext context, out IPNetwork? value)
    {
        var text = written.Text.Trim();
        var isNetwork = IPNetwork.TryParse(text, out var network);
        value = isNetwork ? network : IPAddress.TryParse(text, out var address) && HostText.IsHost(text) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
        return value is not null || Refuse(written, "is not a block of addresses", "write a CIDR block, such as 10.1.0.0/16", context);
    }
}

/// <summary>An IP address.</summary>
internal sealed class IPAddressValue : ScalarValue<IPAddress>
{
    public override JsonNode Write(IPAddress value) => value.ToString();

    protected override bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out IPAddress value)
    {
        var text = written.Text.Trim();
        value = null;
        return ((HostText.IsIPv4(text) || HostText.IsIPv6(text)) && IPAddress.TryParse(text, out value)) || Refuse(written, "is not an IP address", "write one such as 192.0.2.7 or 2001:db8::7", context);
    }
}

/// <summary><c>HOST:PORT:ADDRESS[,ADDRESS]...</c>, as curl has it; a <c>*</c> stands for every host.</summary>
internal sealed class ResolveValue : ScalarValue<ResolveRule>
{
    public override JsonNode Write(ResolveRule value)
        => $"{(value.Host is null ? "*" : AddressText.Bracketed(value.Host))}:{value.Port}:{string.Join(',', value.Addresses.Select(address => AddressText.Bracketed(address.ToString())))}";

    protected override bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out ResolveRule value)
    {
        value = null;
        var parts = Colons.Split(written.Text.Trim(), 3);
        if (parts is not [var host, var portText, var list] || (host != "*" && !HostText.IsHost(host)) || Colons.Port(portText) is not { } port)
        {
            return Refuse(written, "does not say what resolves to what", "write HOST:PORT:ADDRESS, such as www.example.com:443:192.0.2.7", context);
        }

        var addresses = new List<IPAddress>();
        foreach (var text in list.Split(',', StringSplitOptions.TrimEntries).Select(Colons.Plain))
        {
            if (!(HostText.IsIPv4(text) || HostText.IsIPv6(text)) || !IPAddress.TryParse(text, out var address))
            {
                return Refuse(written, $"has {Written.Quote(text)}, which is not an IP address", "write HOST:PORT:ADDRESS, such as www.example.com:443:192.0.2.7,[2001:db8::7]", context);
            }

            addresses.Add(address);
        }

        value = new ResolveRule(host == "*" ? null : host, port, addresses);
        return true;
    }
}

/// <summary><c>HOST1:PORT1:HOST2:PORT2</c>, as curl has it; what is empty stands for every host or port, or for the target's own.</summary>
internal sealed class ConnectToValue : ScalarValue<ConnectToRule>
{
    public override JsonNode Write(ConnectToRule value)
        => $"{AddressText.Bracketed(value.Host ?? "")}:{value.Port}:{AddressText.Bracketed(value.ToHost ?? "")}:{value.ToPort}";

    protected override bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out ConnectToRule value)
    {
        value = null;
        var parts = Colons.Split(written.Text.Trim(), 4);
        if (parts is not [var host, var port, var toHost, var toPort]
            || (host.Length > 0 && !HostText.IsHost(host)) || (toHost.Length > 0 && !HostText.IsHost(toHost))
            || (port.Length > 0 && Colons.Port(port) is null) || (toPort.Length > 0 && Colons.Port(toPort) is null))
        {
            return Refuse(written, "does not say where to connect", "write HOST1:PORT1:HOST2:PORT2, such as www.example.com:443:gateway.internal:8443", context);
        }

        value = new ConnectToRule(host.Length > 0 ? host : null, Colons.Port(port), toHost.Length > 0 ? toHost : null, Colons.Port(toPort));
        return true;
    }
}

/// <summary>Values that colons separate, of which IPv6 addresses are in brackets.</summary>
internal static class Colons
{
    /// <summary>The parts, without brackets; the last one has what is left.</summary>
    public static string[] Split(string text, int count)
    {
        var parts = new List<string>();
        var rest = text;
        while (parts.Count < count - 1)
        {
            var from = rest.StartsWith('[') ? Math.Max(rest.IndexOf(']', StringComparison.Ordinal), 0) : 0;
            var colon = rest.IndexOf(':', from);
            if (colon < 0)
            {
                break;
            }

            parts.Add(Plain(rest[..colon]));
            rest = rest[(colon + 1)..];
        }

        return [.. parts, parts.Count < 3 ? rest : Plain(rest)];
    }

    public static string Plain(string host) => host is ['[', .. var inner, ']'] ? inner : host;

    public static int? Port(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;
}
