// Most tests wait for what other processes do, whenever it comes, so that two go on at a time.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace LoadGen.EndToEnd.Tests;

/// <summary>
/// Tests that hold times or memory against a bound: at the end, when nothing else of these tests loads the machine or this
/// process.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
