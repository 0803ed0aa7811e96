using BenchmarkDotNet.Attributes;
using LoadGen.Core.Shapes;

namespace LoadGen.Benchmarks;

/// <summary>The planned time of one arrival.</summary>
[MemoryDiagnoser]
public class ScheduleBenchmarks
{
    private static readonly Ramp Up = new(0, 2000, TimeSpan.FromSeconds(30));
    private static readonly Constant Hold = new(2000, TimeSpan.FromMinutes(5));

    private readonly Schedule _constant = new(Hold);
    private readonly Schedule _ramp = new(Up);
    private readonly Schedule _stages = new(new Stages([Up, Hold, Up with { FromPerSecond = 2000, ToPerSecond = 0 }]));
    private long _next;

    [Benchmark]
    public TimeSpan Constant() => _constant.TimeOf(_next++ % _constant.Count);

    [Benchmark]
    public TimeSpan Ramp() => _ramp.TimeOf(_next++ % _ramp.Count);

    [Benchmark]
    public TimeSpan Stages() => _stages.TimeOf(_next++ % _stages.Count);
}
