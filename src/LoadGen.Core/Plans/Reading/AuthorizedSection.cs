namespace LoadGen.Core.Plans.Reading;

/// <summary>What may be loaded although it is neither loopback nor private: the plan's list and what flags add.</summary>
internal sealed class AuthorizedSection(ProblemList problems)
{
    public IReadOnlyList<string> Read(PlanMapping plan, PlanFlags flags)
        => [.. (plan.Scalars("authorized") ?? [])
            .Concat(Written.OfFlags("--authorize", flags.Authorize, ',') ?? [])
            .Where(IsUsable)
            .Select(written => written.Text)
            .Distinct(StringComparer.OrdinalIgnoreCase)];

    private bool IsUsable(Written written)
    {
        var isUsable = PlanRules.IsAuthorizable(written.Text);
        if (!isUsable)
        {
            problems.Add(
                written.Place,
                $"{written.Quoted} is neither a host name, nor an address, nor a CIDR block",
                PlanRules.AuthorizedRemedy);
        }

        return isUsable;
    }
}
