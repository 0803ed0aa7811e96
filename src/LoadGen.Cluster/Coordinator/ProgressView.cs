using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>Makes the view of a run that people watch.</summary>
internal static class ProgressView
{
    public static RunProgress Of(RunState state, Tally merged, TimeSpan elapsed)
    {
        elapsed = elapsed < TimeSpan.Zero ? TimeSpan.Zero : elapsed;
        var schedule = (state.Plan.Load as Load.Open)?.Schedule;
        var second = (int)elapsed.TotalSeconds - 1;
        var interval = merged.IntervalOf(second);
        return new RunProgress
        {
            RunId = state.RunId,
            Plan = state.Plan,
            Stage = state.Stage,
            Elapsed = elapsed,
            Duration = schedule?.Duration ?? (state.Plan.Load as Load.Closed)?.Duration,
            LoadStage = schedule?.Shape is Stages stages ? stages.StageAt(elapsed) : 0,
            OfferedPerSecond = schedule?.Shape.RateAt(elapsed),
            CompletedPerSecond = interval?.Completed ?? 0,
            FailedPerSecond = interval?.Failed ?? 0,
            Ended = merged.Books,
            InFlight = state.Workers.Values.Where(worker => worker.IsActive).Sum(worker => worker.InFlight),
            Response = merged.Response.Summarize(),
            Handshake = merged.Handshake.Summarize(),
            Partial = merged.Books.Partial > 0 ? [.. merged.Partial.Where(each => each.Count > 0).Select(RunResultBuilder.Part)] : null,
            Wire = RunResultBuilder.Part(merged.WireCosts),
            Mix = [.. merged.Negotiated.OrderByDescending(each => each.Value)],
            Failures = [.. FailuresByKind(merged)],
            FailureCauses = [.. merged.Failures.OrderByDescending(each => each.Value.Count)],
            LastSecond = interval is null ? null : SecondOf(interval, second, schedule),
            Workers = [.. state.Workers.Values],
            WorkersExpected = Math.Max(state.MinWorkers, state.TookPart.Length),
        };
    }

    private static RunSecond SecondOf(IntervalTally interval, int second, Schedule? schedule) => new(
        second,
        schedule?.Shape.RateAt(TimeSpan.FromSeconds(second + 0.5)),
        interval.Completed,
        interval.Failed,
        interval.Dropped,
        interval.Response.Percentile(50),
        interval.Response.Percentile(99));

    private static IEnumerable<KeyValuePair<FailureKind, long>> FailuresByKind(Tally merged) => merged.Failures
        .GroupBy(failure => failure.Key.Kind, failure => failure.Value.Count)
        .Select(kind => KeyValuePair.Create(kind.Key, kind.Sum()))
        .OrderByDescending(kind => kind.Value);
}
