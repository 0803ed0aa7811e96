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
}
