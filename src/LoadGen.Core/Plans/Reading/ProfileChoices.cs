using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Plans.Reading;

/// <summary>A profile as it was written, before it is known which engine runs it. A list left empty was not written.</summary>
internal sealed record ProfileChoices(string Name, Place Place)
{
    public int Weight { get; init; } = 1;

    public IReadOnlyList<Choice<TlsVersion>> TlsVersions { get; init; } = [];

    public IReadOnlyList<Choice<string>> CipherSuites { get; init; } = [];

    public IReadOnlyList<Choice<string>> Groups { get; init; } = [];

    public IReadOnlyList<Choice<string>> SignatureSchemes { get; init; } = [];

    /// <summary><see langword="null"/> if it was not written; empty for <c>none</c>.</summary>
    public IReadOnlyList<Choice<string>>? KeyShares { get; init; }

    public IReadOnlyList<Choice<string>> Alpn { get; init; } = [];

    public ProfileBehaviour Behaviour { get; init; } = new();

    /// <summary>The choices of a profile that was made elsewhere.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="key">Where it is in its plan.</param>
    public static ProfileChoices Of(Profile profile, string key) => new(profile.Name, Place.OfKey(key))
    {
        Weight = profile.Weight,
        TlsVersions = All(profile.TlsVersions, $"{key}.tls"),
        CipherSuites = All(profile.CipherSuites, $"{key}.ciphers"),
        Groups = All(profile.Groups, $"{key}.groups"),
        SignatureSchemes = All(profile.SignatureSchemes, $"{key}.sigalgs"),
        KeyShares = profile.KeyShares is { } shares ? All(shares, $"{key}.keyShares") : null,
        Alpn = All(profile.Alpn, $"{key}.alpn"),
        Behaviour = new ProfileBehaviour
        {
            Resume = At(profile.Resume, $"{key}.resume"),
            Confirm = At(profile.Confirm, $"{key}.confirm"),
            Checks = At(profile.Checks, $"{key}.checks"),
            Ocsp = At(profile.Ocsp, $"{key}.ocsp"),
            ExtendedMasterSecret = At(profile.ExtendedMasterSecret, $"{key}.extendedMasterSecret"),
            Hold = At(profile.Hold, $"{key}.hold"),
            Identities = profile.Identities.Count > 0 ? At(profile.Identities, $"{key}.clientCertificates") : null,
            PreSharedKey = profile.PreSharedKey is { } psk ? At(psk, $"{key}.psk") : null,
        },
    };

    private static IReadOnlyList<Choice<T>> All<T>(IReadOnlyList<T> values, string key) => [.. values.Select(value => At(value, key))];

    private static Choice<T> At<T>(T value, string key) => new(value, new Written($"{value}", Place.OfKey(key)));
}
