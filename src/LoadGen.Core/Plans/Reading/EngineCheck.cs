using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Settles profiles for an engine, and refuses what it cannot do by naming the engines that can.</summary>
internal sealed class EngineCheck(string engine, IReadOnlyDictionary<string, EngineCapabilities> engines, ProblemList problems)
{
    public Profile Settle(ProfileChoices profile)
    {
        Check(profile, "TLS", profile.TlsVersions, can => can.TlsVersions, version => version.Name());
        Check(profile, "cipher suite", profile.CipherSuites, can => can.CipherSuites, name => name);
        Check(profile, "group", profile.Groups, can => can.Groups, name => name);
        Check(profile, "signature scheme", profile.SignatureSchemes, can => can.SignatureSchemes, name => name);
        CheckSuitesFitVersions(profile);
        return new Profile
        {
            Name = profile.Name,
            Weight = profile.Weight,
            TlsVersions = profile.TlsVersions.Count > 0 ? Values(profile.TlsVersions) : DefaultVersions(profile),
            CipherSuites = Values(profile.CipherSuites),
            Groups = Values(profile.Groups),
            SignatureSchemes = Values(profile.SignatureSchemes),
            Alpn = Values(profile.Alpn),
        };
    }

    /// <summary>Refuses a threshold on a phase that the engine cannot see.</summary>
    public void Check(Threshold threshold, Place place)
    {
        if (threshold.Phase is { } phase && !engines[engine].Phases.Contains(phase))
        {
            problems.Add(
                place,
                $"engine {engine} cannot time the phase {phase.Name()}",
                Remedy(can => can.Phases.Contains(phase), "use another threshold"));
        }
    }

    private static T[] Values<T>(IReadOnlyList<Choice<T>> choices) => [.. choices.Select(choice => choice.Value)];

    // RFC 8446 appendix B.4: the suites of TLS 1.3 do not name a key exchange "WITH" a cipher.
    private static bool Fits(string suite, TlsVersion version)
        => suite.Contains("_WITH_", StringComparison.Ordinal) == (version < TlsVersion.Tls13);

    // Suites chosen without versions bring the versions they belong to: a version offered without a suite cannot succeed.
    private TlsVersion[] DefaultVersions(ProfileChoices profile)
        => [.. new[] { TlsVersion.Tls13, TlsVersion.Tls12 }.Where(version
            => engines[engine].TlsVersions.Contains(version)
            && (profile.CipherSuites.Count == 0 || profile.CipherSuites.Any(suite => Fits(suite.Value, version))))];

    private void Check<T>(
        ProfileChoices profile,
        string what,
        IReadOnlyList<Choice<T>> choices,
        Func<EngineCapabilities, IReadOnlySet<T>> capability,
        Func<T, string> name)
    {
        var refused = choices.Where(choice => !capability(engines[engine]).Contains(choice.Value)).ToList();
        if (refused.Count > 0)
        {
            problems.Add(
                refused[0].Written.Place,
                $"engine {engine} cannot be asked for {what} {string.Join(", ", refused.Select(choice => name(choice.Value)))}, which profile {profile.Name} names",
                Remedy(can => choices.All(choice => capability(can).Contains(choice.Value)), "leave it out"));
        }
    }

    private void CheckSuitesFitVersions(ProfileChoices profile)
    {
        if (profile.CipherSuites.Count == 0 || profile.TlsVersions.Count == 0)
        {
            return;
        }

        var bare = profile.TlsVersions.Where(version => !profile.CipherSuites.Any(suite => Fits(suite.Value, version.Value))).ToList();
        foreach (var version in bare)
        {
            problems.Add(
                version.Written.Place,
                $"profile {profile.Name} offers TLS {version.Value.Name()} without a cipher suite of that version",
                "leave out that version, or add such a suite");
        }

        if (bare.Count == 0
            && profile.CipherSuites.FirstOrDefault(suite => !profile.TlsVersions.Any(version => Fits(suite.Value, version.Value))) is { } useless)
        {
            problems.Add(
                useless.Written.Place,
                $"profile {profile.Name} offers {useless.Value} without a TLS version that has it",
                "leave out that suite, or add its version to tls");
        }
    }

    private string Remedy(Func<EngineCapabilities, bool> can, string otherwise)
    {
        var others = engines.Where(candidate => can(candidate.Value)).Select(candidate => candidate.Key).Order(StringComparer.Ordinal).ToList();
        return others.Count == 0 ? $"{otherwise}; no engine can do it" : $"use engine {string.Join(" or ", others)}, or {otherwise}";
    }
}
