using LoadGen.Core;
using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>
/// Handshakes stopped on purpose, of one worker or of all. Series come with the first of their kind: most plans stop none.
/// </summary>
/// <param name="make">Where they are registered.</param>
/// <param name="prefix">What their names begin with, such as <c>loadgen_</c>.</param>
/// <param name="whose">What ends their descriptions, such as <c>, all workers</c>.</param>
internal sealed class PartialInstruments(IMetricFactory make, string prefix, string whose)
{
    private readonly Counter _ended = make.CreateCounter(
        $"{prefix}partial_connections_total",
        $"Connections of handshakes stopped on purpose, by where, and whether the server kept, closed or reset them{whose}.",
        ["stopped_after", "end"]);

    /// <summary>Brings them up to what was counted until now.</summary>
    public void BringTo(IEnumerable<PartialTally> partial)
    {
        foreach (var each in partial.Where(each => each.Count > 0))
        {
            var point = each.StoppedAfter.Name();
            _ended.WithLabels(point, "kept").IncTo(each.Kept);
            _ended.WithLabels(point, "closed").IncTo(each.Closed);
            _ended.WithLabels(point, "reset").IncTo(each.Reset);
        }
    }
}
