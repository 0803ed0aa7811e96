namespace LoadGen.Core.Plans.Reading;

/// <summary>What a profile does beyond its offer, as it was written. What was not written is <see langword="null"/>.</summary>
internal sealed record ProfileBehaviour
{
    public Choice<double>? Resume { get; init; }

    public Choice<Confirm>? Confirm { get; init; }

    public Choice<Checks>? Checks { get; init; }

    public Choice<bool>? Ocsp { get; init; }

    public Choice<bool>? ExtendedMasterSecret { get; init; }

    public Choice<TimeSpan>? Hold { get; init; }

    public Choice<IReadOnlyList<ClientIdentity>>? Identities { get; init; }

    public Choice<PreSharedKey>? PreSharedKey { get; init; }

    /// <summary>This behaviour with what another one says in its place.</summary>
    public ProfileBehaviour OverriddenBy(ProfileBehaviour other) => new()
    {
        Resume = other.Resume ?? Resume,
        Confirm = other.Confirm ?? Confirm,
        Checks = other.Checks ?? Checks,
        Ocsp = other.Ocsp ?? Ocsp,
        ExtendedMasterSecret = other.ExtendedMasterSecret ?? ExtendedMasterSecret,
        Hold = other.Hold ?? Hold,
        Identities = other.Identities ?? Identities,
        PreSharedKey = other.PreSharedKey ?? PreSharedKey,
    };
}
