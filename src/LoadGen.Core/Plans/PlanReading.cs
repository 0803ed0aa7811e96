namespace LoadGen.Core.Plans;

/// <summary>What came of reading a plan: a plan that is valid, or everything that is wrong with it.</summary>
public abstract record PlanReading
{
    private PlanReading()
    {
    }

    /// <summary>Nothing is wrong.</summary>
    /// <param name="Plan">The plan.</param>
    public sealed record Valid(Plan Plan) : PlanReading;

    /// <summary>Something is wrong.</summary>
    /// <param name="Problems">At least one; those of the file in the order of their lines, then those of the flags.</param>
    public sealed record Invalid(IReadOnlyList<PlanProblem> Problems) : PlanReading;
}
