using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>What became of offers to resume and of early data, and what was made for sessions beside the load, of one worker or of all.</summary>
/// <param name="make">Where they are registered.</param>
/// <param name="prefix">What their names begin with, such as <c>loadgen_</c>.</param>
/// <param name="whose">What ends their descriptions, such as <c>, all workers</c>.</param>
internal sealed class ResumptionInstruments(IMetricFactory make, string prefix, string whose)
{
    private readonly Counter _resumption = make.CreateCounter(
        $"{prefix}resumption_total",
        $"Completed handshakes: full, resumed, resumed_after_retry (HelloRetryRequest), refused (offered to resume and came out full){whose}.",
        ["result"]);

    private readonly Counter _earlyData = make.CreateCounter(
        $"{prefix}early_data_total", $"Completed handshakes that sent early data: accepted, rejected, too_early (HTTP status 425){whose}.", ["result"]);

    private readonly Counter _priming = make.CreateCounter(
        $"{prefix}priming_handshakes_total", $"Handshakes beside the load, for the sessions that its handshakes resume: completed, failed{whose}.", ["result"]);

    /// <summary>Brings them up to what was counted until now.</summary>
    public void BringTo(Tally tally)
    {
        foreach (var same in tally.Negotiated.GroupBy(each => ResultOf(each.Key), each => each.Value))
        {
            _resumption.WithLabels(same.Key).IncTo(same.Sum());
        }

        foreach (var same in tally.Negotiated.Where(each => each.Key.EarlyData is not null).GroupBy(each => each.Key.EarlyData!.Value, each => each.Value))
        {
            _earlyData.WithLabels(same.Key.Name()).IncTo(same.Sum());
        }

        if (tally.Priming != default)
        {
            _priming.WithLabels("completed").IncTo(tally.Priming.Completed);
            _priming.WithLabels("failed").IncTo(tally.Priming.Failed);
        }
    }

    private static string ResultOf(Negotiated negotiated) => negotiated switch
    {
        { Resumed: true, HelloRetryRequest: true } => "resumed_after_retry",
        { Resumed: true } => "resumed",
        { RefusedResumption: true } => "refused",
        _ => "full",
    };
}
