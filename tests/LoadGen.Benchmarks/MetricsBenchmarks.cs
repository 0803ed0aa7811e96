using BenchmarkDotNet.Attributes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;

namespace LoadGen.Benchmarks;

/// <summary>What metrics cost for each handshake: a second of 3,000 of them, and one scrape that folds and writes it all.</summary>
[MemoryDiagnoser]
public class MetricsBenchmarks
{
    private const int Second = 3000;

    private readonly NodeMetrics _metrics = new();
    private readonly Sample[] _samples = new Sample[Second];
    private readonly Tally _part = new(1, 2);

    [GlobalSetup]
    public void Prepare()
    {
        _metrics.Prepared("run", new Plan
        {
            Name = "metrics",
            Targets = [new Target { Name = "target", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
            Profiles = [new Profile { Name = "one" }, new Profile { Name = "other" }],
            Load = new Load.Open(new Schedule(new Constant(Second, TimeSpan.FromSeconds(1)))),
        });
        var random = new Random(42);
        var negotiated = new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false);
        for (var i = 0; i < _samples.Length; i++)
        {
            var took = TimeSpan.FromMilliseconds(1 + (Math.Exp(random.NextDouble() * 4) / 4));
            var phases = default(PhaseDurations);
            phases[Phase.TcpConnect] = took / 7;
            phases[Phase.ServerHello] = took / 2;
            phases[Phase.ServerFlight] = TimeSpan.Zero;
            phases[Phase.ClientFinished] = took / 4;
            var planned = TimeSpan.FromMilliseconds(i / 3.0);
            _samples[i] = new Sample(i, 0, i % 2, planned, planned, planned + took, Outcome.Completed(negotiated, took, took, phases, null));
        }
    }

    [Benchmark(OperationsPerInvoke = Second)]
    public Task CountAndScrape()
    {
        Count();
        return _metrics.WriteAsync(Stream.Null, CancellationToken.None);
    }

    [Benchmark(OperationsPerInvoke = Second)]
    public void Count()
    {
        _part.Reset();
        foreach (var sample in _samples)
        {
            _part.Record(sample);
        }

        _metrics.Counted("run", "worker", _part, inFlight: 1);
    }
}
