using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests;

/// <summary>A plan whose profiles have different engines.</summary>
public sealed class EngineSetTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    [Fact]
    public async Task Each_profile_has_its_own_engine()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await OpensslServer.StartAsync(authority.Good(), cancellation: cancellation);
        var plan = Interop.Interop.PlanFor(server, authority, new Profile { Name = "p" });
        using var engine = Engines.Create(
            plan with
            {
                Profiles =
                [
                    new Profile { Name = "scarce", Engine = new EngineChoice("sslstream") },
                    new Profile { Name = "full", Engine = new EngineChoice("fast"), Groups = ["secp384r1"] },
                    new Profile { Name = "again", Engine = new EngineChoice("sslstream") },
                ],
            },
            TimeProvider.System);
        using var client = engine.CreateClient();
        var groups = new List<string?>();

        foreach (var profile in (int[])[0, 1, 2, 1])
        {
            var outcome = await client.HandshakeAsync(0, profile, cancellation);
            Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
            groups.Add(outcome.Negotiated.Group);
            await client.HoldAsync(cancellation);
        }

        // Only one of them sees the group.
        Assert.Equal([null, "secp384r1", null, "secp384r1"], groups);
        Assert.Equal("sslstream, fast", engine.Name);
    }
}
