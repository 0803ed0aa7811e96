using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans.Reading;

/// <summary>The profiles of the plan, with what the flags put in place of their choices.</summary>
internal sealed class ProfilesSection(ValueReader values, ChoiceReader choices)
{
    private static readonly string[] Keys =
        ["name", "weight", "tls", "ciphers", "groups", "sigalgs", "alpn", "resume", "confirm", "checks"];

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
        var schemes = choices.SignatureSchemes(Written.OfFlags("--sigalg", flags.SignatureSchemes, ',', ':'));
        var alpn = choices.Alpn(Written.OfFlags("--alpn", flags.Alpn, ','));
        return [.. profiles.Select(profile => profile with
        {
            TlsVersions = versions.Count > 0 ? versions : profile.TlsVersions,
            CipherSuites = suites.Count > 0 ? suites : profile.CipherSuites,
            Groups = groups.Count > 0 ? groups : profile.Groups,
            SignatureSchemes = schemes.Count > 0 ? schemes : profile.SignatureSchemes,
            Alpn = alpn.Count > 0 ? alpn : profile.Alpn,
        })];
    }

    private ProfileChoices? Read(PlanMapping entry, UniqueNames names)
    {
        RefuseWhatIsNotDoneYet(entry);
        var name = names.Read(entry.Required("name", "modern"));
        var choicesMade = new ProfileChoices(name ?? "", entry.Place)
        {
            Weight = (int)(values.Whole(entry.Scalar("weight"), 1, PlanRanges.MostWeight) ?? 1),
            TlsVersions = choices.TlsVersions(entry.Scalars("tls")),
            CipherSuites = choices.CipherSuites(entry.Scalars("ciphers")),
            Groups = choices.Groups(entry.Scalars("groups")),
            SignatureSchemes = choices.SignatureSchemes(entry.Scalars("sigalgs")),
            Alpn = choices.Alpn(entry.Scalars("alpn")),
        };
        return name is null ? null : choicesMade;
    }

    // Keys of the plan format whose other values come later: a plan that says what is done anyway may be used today.
    private void RefuseWhatIsNotDoneYet(PlanMapping entry)
    {
        if (entry.Scalar("resume") is { } resume && !(PercentText.TryParse(resume.Text, out var ratio) && ratio == 0))
        {
            values.Problems.Add(resume.Place, $"resume is {resume.Quoted}: full handshakes only in this version", "remove resume or set it to 0%");
        }

        if (entry.Scalar("confirm") is { Text: not "none" } confirm)
        {
            values.Problems.Add(confirm.Place, $"confirm is {confirm.Quoted}: nothing is sent after the handshake in this version", "remove confirm or set it to none");
        }

        if (entry.Scalar("checks") is { Text: not "full" } checks)
        {
            values.Problems.Add(checks.Place, $"checks is {checks.Quoted}: every handshake is checked in full in this version", "remove checks or set it to full");
        }
    }
}
