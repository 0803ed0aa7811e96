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
        var versions = profile.TlsVersions.Count > 0 ? Values(profile.TlsVersions) : DefaultVersions(profile);
        CheckKeyShares(profile);
        CheckBehaviour(profile, versions);
        var behaviour = profile.Behaviour;
        return new Profile
        {
            Name = profile.Name,
            Weight = profile.Weight,
            TlsVersions = versions,
            CipherSuites = Values(profile.CipherSuites),
            Groups = Values(profile.Groups),
            KeyShares = profile.KeyShares is { } shares ? Values(shares) : null,
            SignatureSchemes = Values(profile.SignatureSchemes),
            Alpn = Values(profile.Alpn),
            Resume = behaviour.Resume?.Value ?? 0,
            Confirm = behaviour.Confirm?.Value ?? Confirm.None,
            Checks = behaviour.Checks?.Value ?? Checks.Full,
            Identities = behaviour.Identities?.Value ?? [],
            PreSharedKey = behaviour.PreSharedKey?.Value,
            Ocsp = behaviour.Ocsp?.Value ?? false,
            ExtendedMasterSecret = behaviour.ExtendedMasterSecret?.Value ?? true,
            Hold = behaviour.Hold?.Value ?? TimeSpan.Zero,
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

    /// <summary>Refuses targets that speak another protocol first, if the engine cannot.</summary>
    public void CheckStartTls(IEnumerable<Target> targets, Place place)
    {
        if (targets.FirstOrDefault(target => target.StartTls is not null) is { StartTls: { } protocol } target)
        {
            CheckFeature(EngineFeature.StartTls, $"which target {target.Name} needs for {protocol.Name()}", place);
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

    private void CheckKeyShares(ProfileChoices profile)
    {
        foreach (var share in profile.KeyShares ?? [])
        {
            if (profile.Groups.Count > 0 && !profile.Groups.Any(group => group.Value == share.Value))
            {
                problems.Add(
                    share.Written.Place,
                    $"profile {profile.Name} sends a key share for {share.Value}, which is not among its groups",
                    "add it to the groups (RFC 8446 section 4.2.8)");
            }
        }

        if (profile.KeyShares is not null)
        {
            CheckFeature(EngineFeature.KeyShares, $"which profile {profile.Name} asks for", profile.KeyShares.Count > 0 ? profile.KeyShares[0].Written.Place : profile.Place);
        }
    }

    private void CheckBehaviour(ProfileChoices profile, IReadOnlyList<TlsVersion> versions)
    {
        var behaviour = profile.Behaviour;
        if (behaviour.Resume is { Value: > 0 } resume)
        {
            foreach (var version in versions)
            {
                Check(version == TlsVersion.Tls13 ? EngineFeature.ResumeTls13 : EngineFeature.ResumeTls12, resume);
            }
        }

        Check(EngineFeature.Confirm, behaviour.Confirm is { Value: not Confirm.None } confirm ? confirm : null);
        Check(EngineFeature.LeanChecks, behaviour.Checks is { Value: Checks.Lean } checks ? checks : null);
        Check(EngineFeature.OcspStapling, behaviour.Ocsp is { Value: true } ocsp ? ocsp : null);
        Check(EngineFeature.PlainMasterSecret, behaviour.ExtendedMasterSecret is { Value: false } plain ? plain : null);
        Check(EngineFeature.Hold, behaviour.Hold is { Value.Ticks: > 0 } hold ? hold : null);
        Check(EngineFeature.ClientCertificates, behaviour.Identities);
        Check(EngineFeature.PreSharedKeys, behaviour.PreSharedKey);

        void Check<T>(EngineFeature feature, Choice<T>? choice)
        {
            if (choice is not null)
            {
                CheckFeature(feature, $"which profile {profile.Name} asks for", choice.Written.Place);
            }
        }
    }

    private void CheckFeature(EngineFeature feature, string who, Place place)
    {
        if (!engines[engine].Features.Contains(feature))
        {
            problems.Add(place, $"engine {engine} cannot {feature.Describe()}, {who}", Remedy(can => can.Features.Contains(feature), "leave it out"));
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
