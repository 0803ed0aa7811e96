using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Reads what profiles do beyond their offers, from the plan and from flags.</summary>
internal sealed class BehaviourReader(ValueReader values, IdentityReader identities)
{
    public static readonly IReadOnlyList<string> Keys =
        ["resume", "confirm", "checks", "ocsp", "extendedMasterSecret", "hold", "clientCertificates", "psk"];

    private static readonly Dictionary<string, Confirm> Confirms = new()
    {
        ["none"] = Confirm.None,
        ["http"] = Confirm.Http,
        ["close"] = Confirm.Close,
    };

    private static readonly Dictionary<string, Checks> AllChecks = new()
    {
        ["full"] = Checks.Full,
        ["lean"] = Checks.Lean,
    };

    public ProfileBehaviour OfPlan(PlanMapping profile, string planFolder) => new()
    {
        Resume = Percent(profile.Scalar("resume")),
        Confirm = OneOf(profile.Scalar("confirm"), "a way to confirm", Confirms),
        Checks = OneOf(profile.Scalar("checks"), "an extent of checks", AllChecks),
        Ocsp = YesOrNo(profile.Scalar("ocsp")),
        ExtendedMasterSecret = YesOrNo(profile.Scalar("extendedMasterSecret")),
        Hold = Hold(profile.Scalar("hold")),
        Identities = identities.OfPlan(profile, "clientCertificates", planFolder),
        PreSharedKey = profile.Node("psk") is { } psk ? PreSharedKey(psk) : null,
    };

    public ProfileBehaviour OfFlags(PlanFlags flags) => new()
    {
        Resume = Percent(Written.OfFlag("--resume", flags.Resume)),
        Confirm = OneOf(Written.OfFlag("--confirm", flags.Confirm), "a way to confirm", Confirms),
        Checks = OneOf(Written.OfFlag("--checks", flags.Checks), "an extent of checks", AllChecks),
        Ocsp = flags.Ocsp ? new Choice<bool>(true, new Written("", Place.OfFlag("--ocsp"))) : null,
        Hold = Hold(Written.OfFlag("--hold", flags.Hold)),
        Identities = identities.OfFlags(flags.Certificates, flags.Keys),
        PreSharedKey = Written.OfFlag("--psk", flags.PreSharedKey) is { } psk ? PreSharedKey(psk) : null,
    };

    private Choice<T>? OneOf<T>(Written? written, string what, IReadOnlyDictionary<string, T> allowed)
        where T : struct, Enum
        => values.OneOf(written, null, what, allowed) is { } value ? new Choice<T>(value, written!) : null;

    private Choice<double>? Percent(Written? written)
    {
        if (written is null)
        {
            return null;
        }

        if (PercentText.TryParse(written.Text, out var ratio))
        {
            return new Choice<double>(ratio, written);
        }

        values.Problems.Add(written.Place, $"{written.Quoted} is not a percentage", $"write 0% to 100%, such as {PercentText.Examples}");
        return null;
    }

    private Choice<bool>? YesOrNo(Written? written)
        => values.OneOf(written, "true or false", ["true", "false"]) is { } word ? new Choice<bool>(word == "true", written!) : null;

    private Choice<TimeSpan>? Hold(Written? written)
        => values.Duration(written, TimeSpan.Zero, PlanRules.MostHold) is { } time ? new Choice<TimeSpan>(time, written!) : null;

    private Choice<PreSharedKey>? PreSharedKey(PlanNode node)
    {
        if (PlanMapping.MappingOf(node, "psk", ["identity", "key"], values.Problems) is not { } psk)
        {
            return null;
        }

        var identity = psk.Required("identity", "device-17");
        var key = psk.Required("key", "00112233445566778899aabbccddeeff");
        return identity is null || key is null ? null : PreSharedKey(identity, key);
    }

    // The last colon: an identity may have colons, hexadecimal digits have none.
    private Choice<PreSharedKey>? PreSharedKey(Written written)
    {
        var colon = written.Text.LastIndexOf(':');
        if (colon > 0)
        {
            return PreSharedKey(written with { Text = written.Text[..colon] }, written with { Text = written.Text[(colon + 1)..] });
        }

        values.Problems.Add(written.Place, "the pre-shared key has no identity", "write IDENTITY:HEX, such as device-17:00112233445566778899aabbccddeeff");
        return null;
    }

    private Choice<PreSharedKey>? PreSharedKey(Written identity, Written key)
    {
        var isKey = PlanRules.IsKey(key.Text);
        if (!isKey)
        {
            values.Problems.Add(key.Place, "the pre-shared key is not in hexadecimal digits", PlanRules.KeyRemedy);
        }

        var isIdentity = PlanRules.IsIdentity(identity.Text);
        if (!isIdentity)
        {
            values.Problems.Add(identity.Place, "the identity of the pre-shared key is empty or too long", PlanRules.IdentityRemedy);
        }

        return isKey && isIdentity ? new Choice<PreSharedKey>(new PreSharedKey(identity.Text, key.Text), identity) : null;
    }
}
