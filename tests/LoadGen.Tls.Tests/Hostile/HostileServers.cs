using System.Net;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.TestServers.Certificates;

namespace LoadGen.Tls.Tests.Hostile;

/// <summary>Handshakes with servers of tests.</summary>
internal static class HostileServers
{
    public static async Task<Outcome> ShakeAsync(
        string engineName, IPEndPoint endPoint, TestAuthority authority, Profile profile, CancellationToken cancellation, TimeSpan? timeout = null,
        CryptoChoice crypto = CryptoChoice.Native)
    {
        var plan = new Plan
        {
            Name = "test",
            Engine = engineName,
            Crypto = crypto,
            Targets =
            [
                new Target
                {
                    Name = "test", Host = endPoint.Address.ToString(), Port = endPoint.Port, ServerName = "localhost", Trust = new Trust.Authorities(authority.Pem),
                },
            ],
            Profiles = [profile],
            Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
            Limits = timeout is { } time ? new Limits { HandshakeTimeout = time } : new Limits(),
        };
        using var engine = Engines.Create(plan, TimeProvider.System);
        using var client = engine.CreateClient();
        return await client.HandshakeAsync(0, 0, cancellation);
    }
}
