using BenchmarkDotNet.Running;
using LoadGen.Benchmarks;

// Everything that BenchmarkDotNet measures, or what costs more than one thread of one process can tell.
if (args is ["actor-path"])
{
    await ActorPath.MeasureAsync();
    return;
}

if (args is ["thousand-workers"])
{
    await ThousandWorkers.MeasureAsync();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(ActorPath).Assembly).Run(args);
