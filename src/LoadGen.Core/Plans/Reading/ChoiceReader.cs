using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Reads lists of names that some engine knows.</summary>
internal sealed class ChoiceReader
{
    // What OpenSSL and NIST call groups that IANA names otherwise.
    private static readonly Dictionary<string, string> GroupAliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["P-256"] = "secp256r1",
        ["prime256v1"] = "secp256r1",
        ["P-384"] = "secp384r1",
        ["P-521"] = "secp521r1",
    };

    private readonly ValueReader _values;
    private readonly string[] _versions;
    private readonly string[] _suites;
    private readonly string[] _groups;
    private readonly string[] _schemes;

    public ChoiceReader(IEnumerable<EngineCapabilities> engines, ValueReader values)
    {
        _values = values;
        _versions = [.. engines.SelectMany(engine => engine.TlsVersions).Distinct().Order().Select(version => version.Name())];
        _suites = Union(engines, engine => engine.CipherSuites);
        _groups = Union(engines, engine => engine.Groups);
        _schemes = Union(engines, engine => engine.SignatureSchemes);
    }

    public IReadOnlyList<Choice<TlsVersion>> TlsVersions(IReadOnlyList<Written>? written)
        => [.. Read(written, "a TLS version", _versions)
            .Select(choice => new Choice<TlsVersion>(TlsVersionNames.TryParse(choice.Value, out var version) ? version : default, choice.Written))];

    public IReadOnlyList<Choice<string>> CipherSuites(IReadOnlyList<Written>? written)
        => Read(written, "the IANA name of a cipher suite that an engine knows", _suites);

    public IReadOnlyList<Choice<string>> Groups(IReadOnlyList<Written>? written)
        => Read(
            written?.Select(group => GroupAliases.TryGetValue(group.Text, out var name) ? group with { Text = name } : group),
            "the IANA name of a group that an engine knows",
            _groups);

    /// <summary>Groups, or the word <c>none</c> for an empty list; <see langword="null"/> if nothing was written.</summary>
    public IReadOnlyList<Choice<string>>? KeyShares(IReadOnlyList<Written>? written)
        => written is null ? null : written is [{ Text: "none" }] ? [] : Groups(written);

    public IReadOnlyList<Choice<string>> SignatureSchemes(IReadOnlyList<Written>? written)
        => Read(written, "the IANA name of a signature scheme that an engine knows", _schemes);

    public IReadOnlyList<Choice<string>> Alpn(IReadOnlyList<Written>? written)
        => Unique((written ?? []).Select(protocol => new Choice<string>(protocol.Text, protocol)).Where(IsProtocolName));

    private static string[] Union(IEnumerable<EngineCapabilities> engines, Func<EngineCapabilities, IEnumerable<string>> names)
        => [.. engines.SelectMany(names).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private List<Choice<string>> Read(IEnumerable<Written>? written, string what, string[] allowed)
        => Unique((written ?? []).SelectMany(text
            => _values.OneOf(text, what, allowed) is { } name ? [new Choice<string>(name, text)] : Array.Empty<Choice<string>>()));

    private bool IsProtocolName(Choice<string> protocol)
    {
        var isName = PlanRules.IsProtocolName(protocol.Value);
        if (!isName)
        {
            _values.Problems.Add(protocol.Written.Place, $"{protocol.Written.Quoted} is not an ALPN protocol name", PlanRules.ProtocolNameRemedy);
        }

        return isName;
    }

    private List<Choice<string>> Unique(IEnumerable<Choice<string>> choices)
    {
        var unique = new List<Choice<string>>();
        foreach (var choice in choices)
        {
            if (unique.Exists(earlier => earlier.Value == choice.Value))
            {
                _values.Problems.Add(choice.Written.Place, $"{choice.Value} is listed twice", "list it once");
                continue;
            }

            unique.Add(choice);
        }

        return unique;
    }
}
