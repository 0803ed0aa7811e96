using BenchmarkDotNet.Attributes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;

namespace LoadGen.Benchmarks;

/// <summary>Counting samples, and what a report of one second with 5,000 of them costs on both ends.</summary>
[MemoryDiagnoser]
public class TallyBenchmarks
{
    private readonly Sample[] _samples = new Sample[5000];
    private readonly Tally _recording = new(1, 1);
    private readonly Tally _second = new(1, 1);
    private readonly Tally _merged = new(1, 1);
    private byte[] _encoded = [];
    private int _next;

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(42);
        var negotiated = new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false);
        for (var i = 0; i < _samples.Length; i++)
        {
            // Latencies of servers have a long tail.
            var took = TimeSpan.FromMilliseconds(1 + (Math.Exp(random.NextDouble() * 4) / 4));
            var phases = default(PhaseDurations);
            phases[Phase.TcpConnect] = took / 7;
            phases[Phase.ServerHello] = took / 2;
            phases[Phase.ServerFlight] = TimeSpan.Zero;
            phases[Phase.ClientFinished] = took / 4;
            var planned = TimeSpan.FromMilliseconds(i / 5.0);
            _samples[i] = new Sample(i, 0, 0, planned, planned, planned + took, Outcome.Completed(negotiated, took, took, phases, null));
            _second.Record(_samples[i]);
        }

        _encoded = _second.Encode();
    }

    [Benchmark]
    public void Record() => _recording.Record(_samples[_next++ % _samples.Length]);

    [Benchmark]
    public byte[] Encode() => _second.Encode();

    [Benchmark]
    public void Merge() => _merged.Merge(_second);

    [Benchmark]
    public void MergeEncoded() => _merged.MergeEncoded(_encoded);
}
