namespace LoadGen.Core.Plans.Reading;

/// <summary>The plan's thresholds and those that flags add.</summary>
internal sealed class ThresholdsSection(ProblemList problems)
{
    /// <summary>Each threshold with its place; none twice.</summary>
    public IReadOnlyList<(Threshold Threshold, Place Place)> Read(PlanMapping plan, PlanFlags flags)
    {
        var all = new List<(Threshold Threshold, Place Place)>();
        foreach (var written in (plan.Scalars("thresholds") ?? []).Concat(Written.OfFlags("--fail-on", flags.FailOn, ',') ?? []))
        {
            if (!ThresholdParser.TryParse(written.Text, out var threshold, out var remedy))
            {
                problems.Add(written.Place, $"{written.Quoted} is not a threshold", remedy);
            }
            else if (all.Exists(earlier => IsSame(earlier.Threshold, threshold)))
            {
                problems.Add(written.Place, $"the threshold {written.Quoted} is written twice", "keep one of them");
            }
            else
            {
                all.Add((threshold, written.Place));
            }
        }

        return all;
    }

    private static bool IsSame(Threshold a, Threshold b) => a == b with { Expression = a.Expression };
}
