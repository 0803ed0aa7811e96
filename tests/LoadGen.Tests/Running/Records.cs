using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Tests.Running;

/// <summary>Plans, and runs of them that are over.</summary>
internal static class Records
{
    public static GeneratorUsage Usage { get; } = new("host:1", 2, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.Zero);

    public static Plan PlanOf(string name = "test") => new()
    {
        Name = name,
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(10, TimeSpan.FromSeconds(10)))),
    };

    public static Tally TallyOf(int completed, long lost = 0, double lagMs = 0)
    {
        var tally = new Tally(1, 1);
        var negotiated = new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false);
        var (took, lag) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(lagMs));
        for (var i = 0; i < completed; i++)
        {
            var planned = TimeSpan.FromMilliseconds(i * 100);
            tally.Record(new Sample(i, 0, 0, planned, planned + lag, planned + lag + took, Outcome.Completed(negotiated, took, took, default, null)));
        }

        tally.RecordLost(lost);
        return tally;
    }

    public static RunRecord Of(int completed = 100, long lost = 0, double lagMs = 0, string? abort = null)
    {
        var tally = TallyOf(completed, lost, lagMs);
        return new RunRecord
        {
            RunId = "run-1",
            Plan = PlanOf(),
            StartedAt = DateTimeOffset.UnixEpoch,
            Duration = TimeSpan.FromSeconds(10),
            Workers = [new WorkerRecord("worker-1", "host", tally.Books, null, Usage)],
            Tally = tally,
            AbortReason = abort,
        };
    }
}
