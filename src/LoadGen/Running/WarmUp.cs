using System.Diagnostics;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Metrics;
using LoadGen.TargetServer;
using LoadGen.Tls;

namespace LoadGen.Running;

/// <summary>
/// Runs a plan's kinds of handshake against a server of our own inside this process, before the clock starts: the first
/// handshakes of a cold process take hundreds of milliseconds of compiling, which are no server's. The targets see none of it.
/// </summary>
internal static class WarmUp
{
    private const int MostHandshakes = 200;

    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(600);

    /// <summary>Ends after a number of handshakes or a time, whichever comes first. A profile that the server cannot answer is warm enough once it has failed.</summary>
    public static Task RunAsync(Plan plan, CancellationToken cancellation) => Task.WhenAll(
        new[] { KeyKind.EcdsaP256, KeyKind.Rsa2048 }.Select(key => Task.Run(() => RunAsync(plan, key, cancellation), cancellation)));

    private static async Task RunAsync(Plan plan, KeyKind key, CancellationToken cancellation)
    {
        await using var server = BuiltInTarget.Start(new BuiltInTargetOptions { Key = key });
        using var engine = Engines.Create(Rehearsal(plan, server), TimeProvider.System);
        using var client = engine.CreateClient();
        var clock = Stopwatch.StartNew();
        for (var n = 0; n < MostHandshakes / 2 && clock.Elapsed < MostTime / 2; n++)
        {
            await client.HandshakeAsync(0, n % plan.Profiles.Count, cancellation);
            await client.HoldAsync(cancellation);
        }
    }

    private static Plan Rehearsal(Plan plan, BuiltInTarget server) => plan with
    {
        Targets =
        [
            new Target
            {
                Name = "warm-up",
                Host = server.EndPoint.Address.ToString(),
                Port = server.EndPoint.Port,
                ServerName = "localhost",
                Trust = new Trust.Authorities(server.Authority),
            },
        ],
        // The server closes after the handshake, of which all is to be warm: it answers nothing, and holds no connection.
        Profiles = [.. plan.Profiles.Select(profile => profile.Unhindered() with { Confirm = Confirm.None })],
        Limits = plan.Limits with { ConnectTimeout = MostTime, HandshakeTimeout = MostTime },
    };
}

/// <summary>What a worker is made of in this program.</summary>
internal static class Workers
{
    /// <summary>The services of a worker that counts into <paramref name="metrics"/>.</summary>
    /// <param name="metrics">What it counts into.</param>
    /// <param name="keyLog">Where its engine writes the secrets of its sessions; <see langword="null"/> for nowhere.</param>
    /// <param name="warmUp">A warm-up of the same plan in progress in this process already; by default each worker has its own.</param>
    public static WorkerServices Services(NodeMetrics metrics, KeyLog? keyLog, Task? warmUp = null) => new()
    {
        CreateEngine = plan => Engines.Create(plan, TimeProvider.System, keyLog),
        WarmUp = warmUp is null ? WarmUp.RunAsync : (_, cancellation) => warmUp.WaitAsync(cancellation),
        Observer = metrics,
    };
}
