using System.Buffers;
using BenchmarkDotNet.Attributes;
using LoadGen.Core.Tallies;

namespace LoadGen.Benchmarks;

/// <summary>One histogram with 5,000 times of a long tail.</summary>
[MemoryDiagnoser]
public class HistogramBenchmarks
{
    private readonly LatencyHistogram _histogram = new();
    private readonly LatencyHistogram _merged = new();
    private readonly ArrayBufferWriter<byte> _writer = new();
    private byte[] _encoded = [];

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(42);
        for (var i = 0; i < 5000; i++)
        {
            _histogram.Record(TimeSpan.FromMilliseconds(1 + (Math.Exp(random.NextDouble() * 4) / 4)));
        }

        _histogram.WriteTo(_writer);
        _encoded = _writer.WrittenSpan.ToArray();
    }

    [Benchmark]
    public void Record() => _merged.Record(TimeSpan.FromMilliseconds(3.2));

    [Benchmark]
    public void Encode()
    {
        _writer.ResetWrittenCount();
        _histogram.WriteTo(_writer);
    }

    [Benchmark]
    public void Merge() => _merged.Merge(_histogram);

    [Benchmark]
    public void MergeEncoded()
    {
        _ = LatencyHistogram.Check(_encoded);
        _merged.MergeChecked(_encoded);
    }
}
