using System.Collections.Frozen;
using System.Reflection;
using LoadGen.Core.Handshakes;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>IANA names of suites, groups and signature schemes, and their numbers.</summary>
internal static class TlsNames
{
    private static readonly FrozenDictionary<int, string> SuiteNames = typeof(CipherSuite)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(int) && field.Name.StartsWith("TLS_", StringComparison.Ordinal))
        .DistinctBy(field => (int)field.GetRawConstantValue()!)
        .ToFrozenDictionary(field => (int)field.GetRawConstantValue()!, field => field.Name);

    /// <summary>Suites that can be offered, the default ones first, in the order browsers prefer them.</summary>
    public static FrozenDictionary<string, int> Suites { get; } = Of(
        SuiteNames.Select(suite => KeyValuePair.Create(suite.Value, suite.Key)).Where(suite => IsUsable(suite.Key)));

    /// <summary>Groups that can be offered.</summary>
    public static FrozenDictionary<string, int> Groups { get; } = Of(
    [
        new("x25519", NamedGroup.x25519), new("secp256r1", NamedGroup.secp256r1), new("secp384r1", NamedGroup.secp384r1),
        new("secp521r1", NamedGroup.secp521r1), new("x448", NamedGroup.x448), new("ffdhe2048", NamedGroup.ffdhe2048),
        new("ffdhe3072", NamedGroup.ffdhe3072), new("ffdhe4096", NamedGroup.ffdhe4096), new("X25519MLKEM768", NamedGroup.X25519MLKEM768),
        new("SecP256r1MLKEM768", NamedGroup.SecP256r1MLKEM768), new("SecP384r1MLKEM1024", NamedGroup.SecP384r1MLKEM1024),
    ]);

    /// <summary>Signature schemes that can be offered.</summary>
    public static FrozenDictionary<string, int> SignatureSchemes { get; } = Of(
    [
        new("ecdsa_secp256r1_sha256", SignatureScheme.ecdsa_secp256r1_sha256), new("ecdsa_secp384r1_sha384", SignatureScheme.ecdsa_secp384r1_sha384),
        new("ecdsa_secp521r1_sha512", SignatureScheme.ecdsa_secp521r1_sha512), new("ed25519", SignatureScheme.ed25519), new("ed448", SignatureScheme.ed448),
        new("rsa_pss_rsae_sha256", SignatureScheme.rsa_pss_rsae_sha256), new("rsa_pss_rsae_sha384", SignatureScheme.rsa_pss_rsae_sha384),
        new("rsa_pss_rsae_sha512", SignatureScheme.rsa_pss_rsae_sha512), new("rsa_pss_pss_sha256", SignatureScheme.rsa_pss_pss_sha256),
        new("rsa_pkcs1_sha256", SignatureScheme.rsa_pkcs1_sha256), new("rsa_pkcs1_sha384", SignatureScheme.rsa_pkcs1_sha384),
        new("rsa_pkcs1_sha512", SignatureScheme.rsa_pkcs1_sha512),
    ]);

    /// <summary>The IANA name of a suite.</summary>
    public static string SuiteName(int suite) => SuiteNames.TryGetValue(suite, out var name) ? name : $"0x{suite:X4}";

    /// <summary>The IANA name of a group; <see langword="null"/> where none took part.</summary>
    public static string? GroupName(int group) => group < 0 ? null
        : Groups.FirstOrDefault(each => each.Value == group).Key ?? NamedGroup.GetName(group);

    /// <summary>The IANA name of a signature scheme; <see langword="null"/> where there was no signature.</summary>
    public static string? SchemeName(int scheme) => scheme < 0 ? null
        : SignatureSchemes.FirstOrDefault(each => each.Value == scheme).Key ?? SignatureScheme.GetName(scheme);

    /// <summary>A version as the wire has it.</summary>
    public static ProtocolVersion Version(TlsVersion version) => ProtocolVersion.Get((int)version >> 8, (int)version & 0xff);

    // Without authentication, without encryption, or with export keys: nobody runs a server to measure these.
    private static bool IsUsable(string name)
        => name.StartsWith("TLS_AES_", StringComparison.Ordinal) || name.StartsWith("TLS_CHACHA20_", StringComparison.Ordinal)
            || ((name.StartsWith("TLS_ECDHE_ECDSA_", StringComparison.Ordinal) || name.StartsWith("TLS_ECDHE_RSA_", StringComparison.Ordinal)
                    || name.StartsWith("TLS_RSA_WITH_", StringComparison.Ordinal) || name.StartsWith("TLS_DHE_RSA_", StringComparison.Ordinal)
                    || name.StartsWith("TLS_PSK_WITH_", StringComparison.Ordinal) || name.StartsWith("TLS_ECDHE_PSK_", StringComparison.Ordinal)
                    || name.StartsWith("TLS_DHE_PSK_", StringComparison.Ordinal))
                && (name.Contains("_AES_", StringComparison.Ordinal) || name.Contains("_CHACHA20_", StringComparison.Ordinal)));

    private static FrozenDictionary<string, int> Of(IEnumerable<KeyValuePair<string, int>> names) => names.ToFrozenDictionary(StringComparer.Ordinal);
}
