using System.Net;
using LoadGen.Core.Plans.Units;

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
        var isUsable = written.Text.Contains('/', StringComparison.Ordinal)
            ? IPNetwork.TryParse(written.Text, out _)
            : HostText.IsHost(written.Text);
        if (!isUsable)
        {
            problems.Add(
                written.Place,
                $"{written.Quoted} is neither a host name, nor an address, nor a CIDR block",
                "write it without a port, such as gateway.example.com, 198.51.100.7 or 198.51.100.0/24 (no bits set after the prefix)");
        }

        return isUsable;
    }
}
