using System.Net.Security;
using System.Text.Json;
using LoadGen.Core.Handshakes;

namespace LoadGen.TestServers.Servers;

/// <summary>The log in which caddy tells of its requests, an object of JSON in a line each.</summary>
internal static class CaddyLog
{
    private const string Request = "\"logger\":\"http.log.access\"";

    public static bool IsRequest(string line) => line.Contains(Request, StringComparison.Ordinal);

    /// <summary>The handshake of a request's connection.</summary>
    public static ServerHandshake Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var tls = document.RootElement.GetProperty("request").GetProperty("tls");
        // Versions and suites are numbers, those of the wire.
        return new ServerHandshake(
            (TlsVersion)tls.GetProperty("version").GetInt32(),
            ((TlsCipherSuite)tls.GetProperty("cipher_suite").GetInt32()).ToString(),
            Group: null,
            tls.GetProperty("resumed").GetBoolean())
        {
            ClientSubject = Told(tls, "client_common_name") is { } name ? $"CN={name}" : null,
            ServerName = Told(tls, "server_name"),
            ApplicationProtocol = Told(tls, "proto"),
        };
    }

    private static string? Told(JsonElement tls, string name)
        => tls.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;
}
