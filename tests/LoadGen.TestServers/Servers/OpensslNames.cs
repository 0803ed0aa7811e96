using System.Collections.Frozen;
using System.Diagnostics;
using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>OpenSSL's own names of versions, suites and groups, which its servers take and log, and those of IANA's registry.</summary>
internal static class OpensslNames
{
    private static readonly Lazy<FrozenDictionary<string, string>> Suites = new(ReadSuites);
    private static readonly Lazy<FrozenDictionary<string, string>> OwnSuites = new(() => Suites.Value.ToFrozenDictionary(pair => pair.Value, pair => pair.Key));

    /// <summary>The version that OpenSSL calls so.</summary>
    /// <exception cref="FormatException">It is neither TLS 1.2 nor TLS 1.3.</exception>
    public static TlsVersion Version(string name) => name switch
    {
        "TLSv1.2" => TlsVersion.Tls12,
        "TLSv1.3" => TlsVersion.Tls13,
        _ => throw new FormatException($"Unknown version '{name}'."),
    };

    /// <summary>What OpenSSL calls a version.</summary>
    public static string Own(TlsVersion version) => version == TlsVersion.Tls12 ? "TLSv1.2" : "TLSv1.3";

    /// <summary>The IANA name of a suite.</summary>
    /// <exception cref="KeyNotFoundException">OpenSSL does not know it.</exception>
    public static string Suite(string name) => Suites.Value[name];

    /// <summary>The names of suites with IANA names, in a list as OpenSSL wants it.</summary>
    public static string OwnSuiteList(IEnumerable<string> suites) => string.Join(':', suites.Select(suite => OwnSuites.Value[suite]));

    /// <summary>The IANA name of a group.</summary>
    public static string Group(string name) => name switch
    {
        "X25519" => "x25519",
        "X448" => "x448",
        "prime256v1" => "secp256r1",
        _ => name,
    };

    /// <summary>The names of groups with IANA names, in a list as OpenSSL wants it.</summary>
    public static string OwnGroupList(IEnumerable<string> groups) => string.Join(':', groups.Select(group => group switch
    {
        "x25519" => "X25519",
        "x448" => "X448",
        "secp256r1" => "P-256",
        "secp384r1" => "P-384",
        "secp521r1" => "P-521",
        _ => group,
    }));

    private static FrozenDictionary<string, string> ReadSuites()
    {
        using var process = Process.Start(new ProcessStartInfo(RealServers.Require("openssl"), ["ciphers", "-stdname", "ALL"]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split((char[])[' ', '-'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToFrozenDictionary(parts => parts[1].TrimStart('-', ' ').Split(' ')[0], parts => parts[0], StringComparer.Ordinal);
    }
}
