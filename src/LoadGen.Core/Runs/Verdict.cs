using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>
/// The judgement of a run. Aborted comes before inconclusive, inconclusive before fail, fail before pass: a run that was cut
/// short or limited by its generator says nothing about the server, whatever its numbers are.
/// </summary>
public sealed record Verdict
{
    /// <summary>Above this part of the scheduled arrivals, what was lost could hide anything.</summary>
    private const double MostLost = 0.01;

    public required VerdictKind Kind { get; init; }

    /// <summary>Why, one sentence each; empty for a plain pass.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    public required IReadOnlyList<ThresholdResult> Thresholds { get; init; }

    public required GeneratorAssessment Generator { get; init; }

    /// <summary>Judges a run.</summary>
    public static Verdict Of(RunRecord record)
    {
        var generator = GeneratorAssessment.Of(record);
        var thresholds = record.Plan.Thresholds.Select(threshold => Check(threshold, record)).ToList();
        var books = record.Books;
        var failed = thresholds.Where(result => !result.Pass).Select(Explain).ToList();
        if (books.Completed + books.Partial == 0)
        {
            failed.Insert(0, "no handshake completed");
        }

        var inconclusive = generator.Reasons.ToList();
        if (books.Lost > books.Scheduled * MostLost)
        {
            inconclusive.Add($"{books.Lost:N0} of {books.Scheduled:N0} arrivals were lost with their workers (limit {MostLost * 100:0} %)");
        }

        var kind = record.AbortReason is not null ? VerdictKind.Aborted
            : inconclusive.Count > 0 ? VerdictKind.Inconclusive
            : failed.Count > 0 ? VerdictKind.Fail
            : VerdictKind.Pass;
        IEnumerable<string> abort = record.AbortReason is { } reason ? [reason] : [];
        return new Verdict { Kind = kind, Reasons = [.. abort, .. inconclusive, .. failed], Thresholds = thresholds, Generator = generator };
    }

    private static ThresholdResult Check(Threshold threshold, RunRecord record)
    {
        var observed = Observe(threshold, record);
        return new ThresholdResult(threshold, observed, observed is { } value && threshold.Holds(value));
    }

    private static double? Observe(Threshold threshold, RunRecord record) => threshold.Statistic switch
    {
        Statistic.Failures => record.Books.FailureRatio,
        Statistic.Rate => record.CompletedPerSecond,
        Statistic.Resumed => PartOf(record.Tally, each => each.Resumed, _ => true),
        Statistic.Refused => PartOf(record.Tally, each => each.RefusedResumption, each => each.OfferedResumption),
        Statistic.EarlyData => PartOf(record.Tally, each => each.EarlyData != EarlyDataFate.Rejected, each => each.EarlyData is not null),
        Statistic.Kept => KeptOf(record.Tally),
        _ => Observe(threshold.Statistic, threshold.Measure?.Summarize(record.Tally)),
    };

    private static double? PartOf(Tally tally, Func<Negotiated, bool> isOne, Func<Negotiated, bool> isOfThem)
    {
        var all = tally.Negotiated.Where(each => isOfThem(each.Key)).ToList();
        return all.Count == 0 ? null : (double)all.Where(each => isOne(each.Key)).Sum(each => each.Value) / all.Sum(each => each.Value);
    }

    private static double? KeptOf(Tally tally)
    {
        var ended = tally.Partial.Sum(each => each.Kept + each.Closed + each.Reset);
        return ended == 0 ? null : (double)tally.Partial.Sum(each => each.Kept) / ended;
    }

    private static double? Observe(Statistic statistic, AmountSummary? summary) => summary is null ? null : statistic switch
    {
        Statistic.P50 => summary.P50,
        Statistic.P90 => summary.P90,
        Statistic.P95 => summary.P95,
        Statistic.P99 => summary.P99,
        Statistic.P999 => summary.P999,
        Statistic.Max => summary.Max,
        _ => summary.Mean,
    };

    private static string Explain(ThresholdResult result)
    {
        var expression = result.Threshold.Expression;
        return $"threshold failed: {ThresholdText.Condition(expression)} ({ThresholdText.Actual(expression, result.Observed)})";
    }
}

/// <summary>What a run comes to.</summary>
public enum VerdictKind
{
    /// <summary>Every threshold passed.</summary>
    Pass,

    /// <summary>A threshold failed, or no handshake completed.</summary>
    Fail,

    /// <summary>The generator was the limit, or too much was lost to say anything about the server.</summary>
    Inconclusive,

    /// <summary>Ended early.</summary>
    Aborted,
}

/// <summary>A threshold compared with what was observed.</summary>
/// <param name="Threshold">The condition.</param>
/// <param name="Observed">In the unit of its bound; <see langword="null"/> when there was nothing to observe.</param>
/// <param name="Pass">Whether it passed; without an observation it failed.</param>
public sealed record ThresholdResult(Threshold Threshold, double? Observed, bool Pass);
