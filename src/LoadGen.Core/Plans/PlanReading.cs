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

/// <summary>One thing that is wrong with a plan file or a flag.</summary>
/// <param name="Place"><c>file:line:column</c> in a plan file, the file's name if it is about the whole of it, or the flag's name, such as <c>--rate</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to write or do instead.</param>
public sealed record PlanProblem(string Place, string Message, string Remedy)
{
    /// <summary>The problem in one line.</summary>
    public override string ToString() => $"{Place}: {Message}; {Remedy}";
}
