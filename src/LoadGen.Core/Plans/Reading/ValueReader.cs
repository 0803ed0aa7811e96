using System.Globalization;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Reads single values. A value that cannot be used is reported and comes back as <see langword="null"/>, as does an absent one.</summary>
internal sealed class ValueReader(ProblemList problems)
{
    public ProblemList Problems => problems;

    public TimeSpan? Duration(Written? written, TimeSpan least, TimeSpan most)
    {
        if (written is null)
        {
            return null;
        }

        if (!DurationText.TryParse(written.Text, out var duration))
        {
            return Refuse<TimeSpan>(written, "is not a duration", $"write a number and a unit, such as {DurationText.Examples}");
        }

        return duration >= least && duration <= most
            ? duration
            : Refuse<TimeSpan>(written, "is out of range", $"write {DurationText.Format(least)} to {DurationText.Format(most)}");
    }

    /// <summary>A rate in arrivals per second, at most <see cref="PlanRules.MostPerSecond"/>.</summary>
    public double? Rate(Written? written, bool mayBeZero = false)
    {
        if (written is null)
        {
            return null;
        }

        // On the command line a plain number has meant "per second" to users of other load generators.
        var isRate = written.Place.IsFlag
            ? RateText.TryParseOrPerSecond(written.Text, out var perSecond)
            : RateText.TryParse(written.Text, out perSecond);
        if (!isRate)
        {
            return Refuse<double>(written, "is not a rate", $"write a number and a unit, such as {RateText.Examples}");
        }

        return PlanRules.IsRate(perSecond, mayBeZero)
            ? perSecond
            : Refuse<double>(written, "is out of range", $"write {(mayBeZero ? "0/s" : "more than 0/s")} to {PlanRules.MostPerSecond}/s");
    }

    public long? Whole(Written? written, long least, long most)
    {
        if (written is null)
        {
            return null;
        }

        return long.TryParse(written.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : Refuse<long>(written, "is not a whole number in range", $"write {least} to {most}, without separators");
    }

    /// <summary>One of a few words, whatever its case; comes back as it is in <paramref name="allowed"/>.</summary>
    public string? OneOf(Written? written, string what, IReadOnlyCollection<string> allowed)
    {
        if (written is null)
        {
            return null;
        }

        var word = allowed.FirstOrDefault(candidate => candidate.Equals(written.Text.Trim(), StringComparison.OrdinalIgnoreCase));
        if (word is null)
        {
            problems.Add(written.Place, $"{written.Quoted} is not {what}", DidYouMean.Remedy(written.Text, allowed));
        }

        return word;
    }

    /// <summary>One of a few words and what it means; a flag, if it was given, is used instead of the plan's value.</summary>
    public T? OneOf<T>(Written? ofPlan, Written? ofFlag, string what, IReadOnlyDictionary<string, T> allowed)
        where T : struct, Enum
    {
        var inPlan = Find(ofPlan);
        return Find(ofFlag) ?? inPlan;

        T? Find(Written? written) => OneOf(written, what, [.. allowed.Keys]) is { } word ? allowed[word] : null;
    }

    /// <summary>A name that can be a label of a metric: 1 to 64 letters, digits, dots, hyphens and underscores.</summary>
    public string? Label(Written? written, string what)
    {
        if (written is null)
        {
            return null;
        }

        var isLabel = PlanRules.IsLabel(written.Text);
        if (!isLabel)
        {
            problems.Add(
                written.Place,
                $"{written.Quoted} is not {what}",
                PlanRules.LabelRemedy);
        }

        return isLabel ? written.Text : null;
    }

    private T? Refuse<T>(Written written, string fault, string remedy)
        where T : struct
    {
        problems.Add(written.Place, $"{written.Quoted} {fault}", remedy);
        return null;
    }
}
