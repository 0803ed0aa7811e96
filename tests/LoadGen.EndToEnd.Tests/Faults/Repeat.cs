namespace LoadGen.EndToEnd.Tests.Faults;

/// <summary>
/// Rows for tests whose outcome hangs on moments: LOADGEN_REPEAT=20 runs each of them twenty times, as in
/// <c>LOADGEN_REPEAT=20 tests/run.sh --filter-class '*LostWorkerFault*'</c>.
/// </summary>
internal static class Repeat
{
    private static int Times => int.TryParse(Environment.GetEnvironmentVariable("LOADGEN_REPEAT"), out var times) && times > 0 ? times : 1;

    /// <summary>One row for each repetition, with its number.</summary>
    public static TheoryData<int> Always => [.. Enumerable.Range(1, Times)];

    /// <summary>The cases, each as often, with the number of the repetition.</summary>
    public static TheoryData<T, int> Each<T>(params T[] cases)
        => [.. Enumerable.Range(1, Times).SelectMany(time => cases.Select(each => new TheoryDataRow<T, int>(each, time)))];
}
