namespace LoadGen.Core.Plans.Reading;

/// <summary>The profiles of the plan, with what the flags put in place of their choices.</summary>
internal sealed class ProfilesSection(ValueReader values, ChoiceReader choices, BehaviourReader behaviours, string planFolder)
{
    private static readonly string[] Keys =
        ["name", "weight", "tls", "ciphers", "groups", "keyShares", "sigalgs", "alpn", .. BehaviourReader.Keys];

    /// <summary>At least one profile, unless a problem was reported.</summary>
    public IReadOnlyList<ProfileChoices> Read(PlanMapping plan, PlanFlags flags)
    {
        var names = new UniqueNames(values, "profile");
        var profiles = plan.Mappings("profiles", "a profile", Keys)?.Select(entry => Read(entry, names)).OfType<ProfileChoices>().ToList()
            ?? [new ProfileChoices("default", plan.Place)];
        var versions = choices.TlsVersions(Written.OfFlags("--tls", flags.TlsVersions, ','));

        // OpenSSL separates these with colons, and no IANA name has one.
        var suites = choices.CipherSuites(Written.OfFlags("--cipher", flags.CipherSuites, ',', ':'));
        var groups = choices.Groups(Written.OfFlags("--group", flags.Groups, ',', ':'));
        var shares = choices.KeyShares(Written.OfFlags("--key-share", flags.KeyShares, ',', ':'));
        var schemes = choices.SignatureSchemes(Written.OfFlags("--sigalg", flags.SignatureSchemes, ',', ':'));
        var alpn = choices.Alpn(Written.OfFlags("--alpn", flags.Alpn, ','));
        var behaviour = behaviours.OfFlags(flags);
        return [.. profiles.Select(profile => profile with
        {
            TlsVersions = versions.Count > 0 ? versions : profile.TlsVersions,
            CipherSuites = suites.Count > 0 ? suites : profile.CipherSuites,
            Groups = groups.Count > 0 ? groups : profile.Groups,
            KeyShares = shares ?? profile.KeyShares,
            SignatureSchemes = schemes.Count > 0 ? schemes : profile.SignatureSchemes,
            Alpn = alpn.Count > 0 ? alpn : profile.Alpn,
            Behaviour = profile.Behaviour.OverriddenBy(behaviour),
        })];
    }

    private ProfileChoices? Read(PlanMapping entry, UniqueNames names)
    {
        var name = names.Read(entry.Required("name", "modern"));
        var choicesMade = new ProfileChoices(name ?? "", entry.Place)
        {
            Weight = (int)(values.Whole(entry.Scalar("weight"), 1, PlanRules.MostWeight) ?? 1),
            TlsVersions = choices.TlsVersions(entry.Scalars("tls")),
            CipherSuites = choices.CipherSuites(entry.Scalars("ciphers")),
            Groups = choices.Groups(entry.Scalars("groups")),
            KeyShares = choices.KeyShares(entry.Scalars("keyShares")),
            SignatureSchemes = choices.SignatureSchemes(entry.Scalars("sigalgs")),
            Alpn = choices.Alpn(entry.Scalars("alpn")),
            Behaviour = behaviours.OfPlan(entry, planFolder),
        };
        return name is null ? null : choicesMade;
    }
}
