using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Tests.Plans;

/// <summary>Where the engine is left open, each profile gets the first in rank that can do it, and says why it is not a better one.</summary>
public sealed class EngineChoiceTests
{
    private static readonly Dictionary<string, EngineCapabilities> Engines = new()
    {
        ["thorough"] = EngineWith(1, [TlsVersion.Tls12, TlsVersion.Tls13], EngineFeature.ClientCertificates, EngineFeature.PreSharedKeys),
        ["quick"] = EngineWith(0, [TlsVersion.Tls13], EngineFeature.ClientCertificates),
    };

    [Theory]
    [InlineData("[1.3]", "", "quick", null)]
    [InlineData("[1.2]", "", "thorough", "quick cannot be asked for TLS 1.2")]
    [InlineData("[1.3]", ", psk: 'a:00'", "thorough", "quick cannot use pre-shared keys")]
    [InlineData("[1.3]", ", engine: thorough", "thorough", null)]
    public void A_profile_gets_the_first_engine_that_can_do_it(string versions, string more, string engine, string? because)
    {
        var plan = Valid($"profiles: [ {{ name: a, tls: [1.3] }}, {{ name: b, tls: {versions}{more} }} ]");

        Assert.Equal(new EngineChoice("quick"), plan.Profiles[0].Engine);
        Assert.Equal(new EngineChoice(engine, because), plan.Profiles[1].Engine);
        Assert.Equal(engine == "quick" ? "quick" : "quick, thorough", plan.EngineNames);
    }

    [Fact]
    public void Versions_that_the_plan_leaves_open_are_all_spoken()
        => Assert.Equal(("thorough", 2), (Valid("seed: 1").Profiles[0].Engine?.Name, Valid("seed: 1").Profiles[0].TlsVersions.Count));

    [Fact]
    public void What_no_engine_can_do_is_refused_by_the_one_that_lacks_the_least()
    {
        var invalid = Assert.IsType<PlanReading.Invalid>(Read("profiles: [ { name: a, tls: [1.2], ocsp: true, psk: 'a:00' } ]"));

        Assert.Equal("engine thorough cannot request OCSP stapling, which profile a asks for", Assert.Single(invalid.Problems).Message);
    }

    [Fact]
    public void The_choice_travels_with_its_reason()
    {
        var plan = Valid("profiles: [ { name: a, tls: [1.3], psk: 'a:00' } ]");

        var travelled = Assert.IsType<PlanReading.Valid>(PlanDocument.Decode(PlanDocument.Encode(plan), null)).Plan;

        Assert.Equal(plan.Profiles[0].Engine, travelled.Profiles[0].Engine);
    }

    private static Plan Valid(string text) => Assert.IsType<PlanReading.Valid>(Read(text)).Plan;

    private static PlanReading Read(string text) => new PlanReader(Engines).Read(
        $"{text}\ntargets: [ {{ name: t, address: '127.0.0.1:443' }} ]\nload: [ {{ hold: {{ rate: 1/s, for: 1s }} }} ]", null, PlanFlags.None);

    private static EngineCapabilities EngineWith(int rank, TlsVersion[] versions, params EngineFeature[] features) => new()
    {
        Rank = rank,
        TlsVersions = versions.ToHashSet(),
        CipherSuites = new HashSet<string>(),
        Groups = new HashSet<string>(),
        SignatureSchemes = new HashSet<string>(),
        Features = features.ToHashSet(),
        Phases = new HashSet<Phase>(),
    };
}
