using System.Collections.Frozen;
using System.Diagnostics;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>What OpenSSL's own names of suites and groups are in IANA's registry, where its servers log their own.</summary>
internal static class OpensslNames
{
    private static readonly Lazy<FrozenDictionary<string, string>> Suites = new(ReadSuites);

    /// <summary>The IANA name of a suite.</summary>
    /// <exception cref="KeyNotFoundException">OpenSSL does not know it.</exception>
    public static string Suite(string name) => Suites.Value[name];

    /// <summary>The IANA name of a group.</summary>
    public static string Group(string name) => name switch
    {
        "X25519" => "x25519",
        "X448" => "x448",
        "prime256v1" => "secp256r1",
        _ => name,
    };

    private static FrozenDictionary<string, string> ReadSuites()
    {
        using var process = Process.Start(new ProcessStartInfo(RealServers.Require("openssl"), ["ciphers", "-stdname", "ALL"]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split((char[])[' ', '-'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToFrozenDictionary(parts => parts[1].TrimStart('-', ' ').Split(' ')[0], parts => parts[0], StringComparer.Ordinal);
    }
}
