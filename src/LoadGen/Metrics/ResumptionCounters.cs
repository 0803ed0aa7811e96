using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>What became of offers to resume, of early data, and what was made for sessions beside the load.</summary>
internal sealed class ResumptionCounters
{
    private readonly Counter _resumption;
    private readonly Counter _earlyData;
    private readonly Counter _priming;

    /// <param name="make">Makes the families.</param>
    /// <param name="prefix">What their names begin with.</param>
    public ResumptionCounters(MetricFactory make, string prefix)
    {
        _resumption = make.CreateCounter(
            $"{prefix}_resumption_total", "Completed handshakes: full, resumed, resumed_after_retry (HelloRetryRequest), refused (offered to resume and came out full).", "result");
        _earlyData = make.CreateCounter($"{prefix}_early_data_total", "Completed handshakes that sent early data: accepted, rejected, too_early (HTTP status 425).", "result");
        _priming = make.CreateCounter($"{prefix}_priming_handshakes_total", "Handshakes beside the load, for the sessions that its handshakes resume: completed, failed.", "result");
    }

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
        { OfferedResumption: true } => "refused",
        _ => "full",
    };
}
