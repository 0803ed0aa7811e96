namespace LoadGen.Core.Runs;

/// <summary>The names of the generator's limits in metrics: snake case, stable from the first version.</summary>
public static class GeneratorLimitNames
{
    private static readonly string[] Names = ["schedule_lag", "cpu", "gc_pause", "ports", "files"];

    /// <summary>All names, in the order of <see cref="GeneratorLimit"/>.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of a limit, such as <c>schedule_lag</c>.</summary>
    public static string Name(this GeneratorLimit limit) => Names[(int)limit];
}
