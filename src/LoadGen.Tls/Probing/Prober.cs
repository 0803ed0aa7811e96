using System.Net;
using System.Net.Sockets;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Probing;

/// <summary>Looks at one handshake with the first target of a plan in full.</summary>
public sealed class Prober(Plan plan, TimeProvider clock, KeyLog? keyLog = null)
{
    /// <summary>
    /// Runs the handshake of the plan's first profile, then, if the engine shows details, a second one that offers the suites in
    /// reverse order and waits for tickets. The first one counts, whatever comes of the second.
    /// </summary>
    /// <exception cref="ArgumentException">No engine has the plan's name, or a certificate of the plan cannot be used.</exception>
    public async Task<ProbeReport> RunAsync(CancellationToken cancellation)
    {
        var profile = plan.Profiles[0];
        var addresses = await ResolveAsync(plan.Targets[0].Host, cancellation);
        var (outcome, details) = await ShakeAsync(profile with { Ocsp = CanStaple }, cancellation);
        if (details is null)
        {
            return new ProbeReport { Addresses = addresses, Outcome = outcome };
        }

        var (chain, warnings) = ChainReader.Read(details.Chain, plan.Targets[0].Trust, clock.GetUtcNow());
        var report = new ProbeReport
        {
            Addresses = addresses,
            Outcome = outcome,
            Chain = chain,
            ChainVerdict = details.ChainVerdict,
            ServerGroups = details.ServerGroups,
            ClientCertificateRequest = outcome.IsCompleted || details.ClientAuthorities is not null ? new(details.ClientAuthorities is not null, details.ClientAuthorities ?? []) : null,
            Warnings = outcome.IsCompleted && outcome.Negotiated.TlsVersion < TlsVersion.Tls12
                ? [.. warnings, $"TLS {outcome.Negotiated.TlsVersion.Name()} is deprecated (RFC 8996)"]
                : warnings,
        };
        if (!outcome.IsCompleted)
        {
            return report;
        }

        var (reverse, more) = await ShakeAsync(InReverse(profile, outcome.Negotiated), cancellation);
        return report with { TicketLifetimes = more!.TicketLifetimes, SuiteInReverse = reverse.Negotiated?.CipherSuite ?? more.Suite };
    }

    private bool CanStaple => Engines.Capabilities.TryGetValue(EngineChoice.For(plan, plan.Profiles[0], Engines.Capabilities).Name, out var engine) && engine.Features.Contains(EngineFeature.OcspStapling);

    // The details are null if the engine does not show them.
    private async Task<(Outcome Outcome, HandshakeDetails? Details)> ShakeAsync(Profile profile, CancellationToken cancellation)
    {
        using var engine = Engines.Create(plan with { Profiles = [profile] }, clock, keyLog);
        var details = engine is IDetailedEngine ? new HandshakeDetails() : null;
        using var client = details is not null ? ((IDetailedEngine)engine).CreateClient(details) : engine.CreateClient();
        return (await client.HandshakeAsync(0, 0, cancellation), details);
    }

    // Asks for tickets, and waits for the server's close_notify, which comes after all of them.
    private static Profile InReverse(Profile profile, Negotiated negotiated)
    {
        IReadOnlyList<string> suites = profile.CipherSuites.Count > 0
            ? profile.CipherSuites
            : [.. DefaultOffer.Suites([negotiated.TlsVersion], profile.PreSharedKey is not null).Select(CodePoints.Name)];
        return profile with
        {
            TlsVersions = [negotiated.TlsVersion],
            CipherSuites = [.. suites.Where(suite => suite != negotiated.CipherSuite).Reverse(), negotiated.CipherSuite],
            Resume = 1,
            Confirm = Confirm.Close,
        };
    }

    private static async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (SocketException)
        {
            // The handshake reports it as its failure.
            return [];
        }
    }
}

/// <summary>An engine that can show its handshakes in full.</summary>
internal interface IDetailedEngine : IHandshakeEngine
{
    /// <summary>Creates a client that records the details of its handshakes; each overwrites the last one's.</summary>
    IHandshakeClient CreateClient(HandshakeDetails details);
}

/// <summary>What a handshake shows that load does not need: for looking at a single handshake.</summary>
internal sealed class HandshakeDetails
{
    /// <summary>The server's certificates in DER, its own first.</summary>
    public IReadOnlyList<byte[]> Chain { get; set; } = [];

    /// <summary>The verdict on the chain; <see langword="null"/> if none came.</summary>
    public string? ChainVerdict { get; set; }

    /// <summary>The groups that the server lists in supported_groups (RFC 8446 section 4.2.7); empty if it sends none.</summary>
    public IReadOnlyList<string> ServerGroups { get; set; } = [];

    /// <summary>The names of the authorities whose client certificates the server accepts; <see langword="null"/> if it requested none.</summary>
    public IReadOnlyList<string>? ClientAuthorities { get; set; }

    /// <summary>The suite that the server chose, even if the handshake failed later; <see langword="null"/> before it did.</summary>
    public string? Suite { get; set; }

    /// <summary>The lifetime of each session ticket that came.</summary>
    public List<TimeSpan> TicketLifetimes { get; } = [];
}
