using System.Net;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle;

namespace LoadGen.Tls.Probing;

/// <summary>Looks at one handshake with the first target of a plan in full.</summary>
public sealed class Prober(Plan plan, TimeProvider clock)
{
    /// <summary>
    /// Runs the handshake of the plan's first profile, then, where the engine shows what matters, one that offers the suites in
    /// reverse and waits for the tickets. Whatever the second comes to, the first stands.
    /// </summary>
    /// <exception cref="ArgumentException">There is no engine of the plan's name, or a certificate of the plan cannot be read.</exception>
    public async Task<ProbeReport> RunAsync(CancellationToken cancellation)
    {
        var asked = WithProfile(plan.Profiles[0] with { Ocsp = plan.Engine == BouncyCastleEngine.EngineName });
        var addresses = await ResolveAsync(plan.Targets[0].Host, cancellation);
        if (plan.Engine != BouncyCastleEngine.EngineName)
        {
            using var engine = Engines.Create(plan, clock);
            using var client = engine.CreateClient();
            return new ProbeReport { Addresses = addresses, Outcome = await client.HandshakeAsync(0, 0, cancellation) };
        }

        var (outcome, details) = await ShakeAsync(asked, cancellation);
        var (chain, warnings) = ChainReader.Read(details.Chain, clock.GetUtcNow());
        var report = new ProbeReport
        {
            Addresses = addresses,
            Outcome = outcome,
            Chain = chain,
            ChainVerdict = details.ChainVerdict,
            ServerGroups = details.ServerGroups,
            Warnings = outcome.IsCompleted && outcome.Negotiated.TlsVersion < TlsVersion.Tls12
                ? [.. warnings, $"TLS {outcome.Negotiated.TlsVersion.Name()} is deprecated (RFC 8996)"]
                : warnings,
        };
        if (!outcome.IsCompleted)
        {
            return report;
        }

        var (reverse, more) = await ShakeAsync(WithProfile(InReverse(outcome.Negotiated)), cancellation);
        return report with { TicketLifetimes = more.TicketLifetimes, SuiteInReverse = reverse.Negotiated?.CipherSuite ?? more.Suite };
    }

    private async Task<(Outcome Outcome, HandshakeDetails Details)> ShakeAsync(Plan asked, CancellationToken cancellation)
    {
        var details = new HandshakeDetails();
        using var engine = new BouncyCastleEngine(asked, clock);
        using var client = engine.CreateClient(details);
        return (await client.HandshakeAsync(0, 0, cancellation), details);
    }

    // Asks for tickets, and waits for the server's close_notify, which comes after all of them.
    private Profile InReverse(Negotiated negotiated)
    {
        var profile = plan.Profiles[0];
        var suites = profile.CipherSuites.Count > 0
            ? profile.CipherSuites
            : [.. DefaultOffer.Suites([negotiated.TlsVersion], profile.PreSharedKey is not null).Select(TlsNames.SuiteName)];
        return profile with
        {
            TlsVersions = [negotiated.TlsVersion],
            CipherSuites = [.. suites.Where(suite => suite != negotiated.CipherSuite).Reverse(), negotiated.CipherSuite],
            Resume = 1,
            Confirm = Confirm.Close,
        };
    }

    private Plan WithProfile(Profile profile) => plan with { Profiles = [profile] };

    private static async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The handshake will say so, as a failure of its own.
            return [];
        }
    }
}
