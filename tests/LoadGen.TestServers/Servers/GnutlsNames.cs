using LoadGen.Core.Handshakes;

namespace LoadGen.TestServers.Servers;

/// <summary>What GnuTLS calls versions, groups and the parts of suites, and their names in IANA's registry.</summary>
internal static class GnutlsNames
{
    private const string Aead = "AEAD";

    /// <summary>The priority string (GnuTLS manual, "Priority Strings") for these versions, groups and suites.</summary>
    public static string Priority(TlsServerOptions options)
    {
        var parts = options.CipherSuites.Select(Parts).ToList();
        return string.Join(':',
        [
            "NORMAL",
            .. Only("VERS", options.Versions.Select(version => version == TlsVersion.Tls12 ? "VERS-TLS1.2" : "VERS-TLS1.3")),
            .. Only("GROUP", options.Groups.Select(group => $"GROUP-{group.ToUpperInvariant()}")),
            .. Only("KX", parts.Select(part => part.KeyExchange)),
            .. Only("CIPHER", parts.Select(part => part.Cipher)),
            .. Only("MAC", parts.Select(part => part.Mac)),
        ]);
    }

    /// <summary>The IANA name of a group.</summary>
    public static string Group(string name) => name.ToLowerInvariant();

    /// <summary>The IANA name of a suite, of whose hash GnuTLS tells only where it is that of the MAC.</summary>
    /// <param name="keyExchange">Such as <c>ECDHE-RSA</c>; <see langword="null"/> in TLS 1.3, where it is not part of the suite.</param>
    /// <param name="cipher">Such as <c>AES-256-GCM</c>.</param>
    /// <param name="mac">Such as <c>AEAD</c> or <c>SHA1</c>.</param>
    public static string Suite(string? keyExchange, string cipher, string mac)
    {
        var prefix = keyExchange is null ? string.Empty : $"{keyExchange.Replace('-', '_')}_WITH_";
        var hash = (mac, cipher) switch
        {
            ("SHA1", _) => "_SHA",
            (not Aead, _) => $"_{mac}",
            // RFC 6655 names no hash for these; they have that of TLS 1.2.
            (_, "AES-128-CCM" or "AES-256-CCM" or "AES-128-CCM-8" or "AES-256-CCM-8") when keyExchange is not null => string.Empty,
            (_, "AES-256-GCM" or "CAMELLIA-256-GCM") => "_SHA384",
            _ => "_SHA256",
        };
        return $"TLS_{prefix}{cipher.Replace('-', '_')}{hash}";
    }

    private static IEnumerable<string> Only(string kind, IEnumerable<string> names)
        => names.Distinct().Select(name => $"+{name}").ToList() is [_, ..] wanted ? [$"-{kind}-ALL", .. wanted] : [];

    // TLS_, the key exchange, _WITH_, the cipher, and for ciphers without a MAC of their own the MAC.
    private static (string KeyExchange, string Cipher, string Mac) Parts(string suite)
    {
        var (keyExchange, rest) = suite["TLS_".Length..].Split("_WITH_") is [var left, var right]
            ? (left, right)
            : throw new ArgumentException($"Not a suite of TLS 1.2: {suite}.");
        var end = rest.LastIndexOf("_SHA", StringComparison.Ordinal);
        var cipher = end < 0 ? rest : rest[..end];
        var mac = cipher.EndsWith("_CBC", StringComparison.Ordinal) ? rest[(end + 1)..] : Aead;
        return (keyExchange.Replace('_', '-'), cipher.Replace('_', '-'), mac == "SHA" ? "SHA1" : mac);
    }
}
