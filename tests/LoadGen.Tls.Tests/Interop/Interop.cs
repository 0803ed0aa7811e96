using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Interop;

/// <summary>Runs handshakes of one profile against one server, on one connection slot after another's end.</summary>
internal static class Interop
{
    /// <summary>The engines that tell what was negotiated in full, and where more than one version is told of, those of this one.</summary>
    public static IEnumerable<string> EnginesOf(TlsVersion version) => from name in (string[])["bouncycastle", "fast"] where Engines.Capabilities[name].TlsVersions.Contains(version) select name;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static ClientIdentity IdentityOf(CertificateFiles files) => new(files.ChainPem, File.ReadAllText(files.KeyPath));

    /// <summary>A load for plans whose load does not matter.</summary>
    public static Load Once { get; } = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1))));

    /// <summary>Closed by close_notify: some servers tell nothing of connections that are reset.</summary>
    public static Plan PlanFor(ITlsServer server, TestAuthority authority, Profile profile, string engine = "bouncycastle") => new()
    {
        Name = "interop",
        Engine = engine,
        Close = CloseMode.Notify,
        Targets =
        [
            new Target
            {
                Name = "server",
                Host = server.EndPoint.Address.ToString(),
                Port = server.EndPoint.Port,
                ServerName = "localhost",
                Trust = new Trust.Authorities(authority.Pem),
            },
        ],
        Profiles =
        [
            server switch
            {
                // It tells of requests only.
                CaddyServer => profile with { Confirm = Confirm.Http },
                // It closes by itself, and takes a client that leaves before as one that left within the handshake.
                HaproxyServer => profile with { Hold = TimeSpan.FromMinutes(1) },
                _ => profile,
            },
        ],
        Load = Once,
    };

    public static async Task<IReadOnlyList<Outcome>> ShakeAsync(Plan plan, int times)
    {
        using var engine = Engines.Create(plan, TimeProvider.System);
        using var client = engine.CreateClient();
        var outcomes = new List<Outcome>();
        for (var i = 0; i < times; i++)
        {
            outcomes.Add(await client.HandshakeAsync(0, 0, Cancellation));
            await client.HoldAsync(Cancellation);
        }

        return outcomes;
    }

    /// <summary>One handshake that completes, and what the server says it was.</summary>
    public static async Task<(Negotiated Ours, ServerHandshake Theirs)> CompleteAsync(ITlsServer server, Plan plan)
    {
        var before = server.Handshakes.Count;
        var outcome = Assert.Single(await ShakeAsync(plan, 1));
        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        var handshakes = await server.WaitForHandshakesAsync(before + 1, Cancellation);
        return (outcome.Negotiated, handshakes[before]);
    }
}
