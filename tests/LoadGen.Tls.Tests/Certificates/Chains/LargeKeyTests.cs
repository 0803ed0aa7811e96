using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;

namespace LoadGen.Tls.Tests.Certificates.Chains;

/// <summary>Servers with very large RSA keys: bounded, and no other target's trouble.</summary>
public sealed class LargeKeyTests
{
    private const int MostBits = 16_384;

    private static readonly ChainKey Large = ChainKey.Rsa(MostBits);
    private static readonly ChainKey Usual = ChainKey.P256();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bouncycastle", TlsVersion.Tls12)]
    [InlineData("bouncycastle", TlsVersion.Tls13)]
    [InlineData("fast", TlsVersion.Tls12)]
    [InlineData("fast", TlsVersion.Tls13)]
    [InlineData("sslstream", TlsVersion.Tls12)]
    [InlineData("sslstream", TlsVersion.Tls13)]
    public async Task A_key_above_the_bound_is_refused_with_the_bound_whatever_is_trusted(string engine, TlsVersion version)
    {
        await using var large = Serve(Large);
        var plan = PlanFor(engine, version, large) with { Limits = new Limits { RsaBits = MostBits - 1 } };

        var outcome = await ShakeAsync(plan);

        Assert.Equal(FailureKind.CertificateInvalid, outcome.Failure?.Kind);
        Assert.Contains("has an RSA key of 16384 bits; the most that the plan accepts is 16383 (limits.rsaBits)", outcome.Failure!.Detail, StringComparison.Ordinal);
        Assert.True((await ShakeAsync(plan with { Limits = new Limits { RsaBits = MostBits } })).IsCompleted);
    }

    [Fact]
    public void The_bound_is_8192_bits_by_default() => Assert.Equal(8192, new Limits().RsaBits);

    // BouncyCastle tests the modulus for being composite, which takes seconds for this one; the platform does not.
    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task A_large_key_costs_neither_its_own_target_nor_another_one_the_timeout(TlsVersion version)
    {
        await using var large = Serve(Large);
        await using var usual = Serve(Usual);
        var plan = PlanFor("bouncycastle", version, large, usual) with { Limits = new Limits { RsaBits = MostBits } };
        using var engine = Engines.Create(plan, TimeProvider.System);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            using var client = engine.CreateClient();
            return await client.HandshakeAsync(i % 2, 0, Cancellation);
        }));

        Assert.All(outcomes, outcome => Assert.True(outcome.IsCompleted, outcome.Failure?.ToString()));
    }

    [Fact]
    public void A_chain_that_is_remembered_is_not_expected_to_take_long()
    {
        using var verifier = new CertificateVerifier(new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = ChainCases.Name, Trust = Trust.Insecure }, MostBits);
        ReadOnlyMemory<byte>[] one = [Certify(Usual)];
        ReadOnlyMemory<byte>[] two = [Certify(Usual)];
        var expected = new List<bool> { verifier.ExpectsNewChain };
        foreach (var chain in (ReadOnlyMemory<byte>[][])[one, one, two, two])
        {
            verifier.Verify(chain);
            expected.Add(verifier.ExpectsNewChain);
        }

        Assert.Equal([true, true, false, true, false], expected);
    }

    private static ChainServer Serve(ChainKey key) => ChainServer.Start(key, [Certify(key)]);

    private static byte[] Certify(ChainKey key)
        => new CertificateShape("CN=large", key) { Extensions = [Extend.Names(ChainCases.Name)] }.Issue(new X500DistinguishedName("CN=issuer").RawData, Usual);

    private static Plan PlanFor(string engine, TlsVersion version, params ChainServer[] servers) => new()
    {
        Name = "large",
        Targets = [.. servers.Select((server, i) => new Target { Name = $"t{i}", Host = "127.0.0.1", Port = server.EndPoint.Port, ServerName = ChainCases.Name, Trust = Trust.Insecure })],
        Profiles = [new Profile { Name = "p", TlsVersions = [version] }],
        Load = new Load.Closed(1, Duration: null, Count: 1),
        Engine = engine,
    };

    private static async Task<Outcome> ShakeAsync(Plan plan)
    {
        using var engine = Engines.Create(plan, TimeProvider.System);
        using var client = engine.CreateClient();
        return await client.HandshakeAsync(0, 0, Cancellation);
    }
}
