using System.Collections.Immutable;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>
/// What ended on a worker since its report before. A worker sends the next one only when this was acknowledged, and repeats it
/// until then, so each sample is counted once whatever is lost, repeated or late in between.
/// </summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="First">The number of the first report of those that this one is made of; its own unless reports were merged.</param>
/// <param name="Before">How many arrivals had ended there before it: what is missing of these is lost.</param>
/// <param name="InFlight">Connections in progress at the time of the report.</param>
/// <param name="Usage">What the process used so far.</param>
/// <param name="Final">Whether nothing comes after it.</param>
/// <param name="EncodedTally">The <see cref="Tally"/> of this report alone, with its books, encoded.</param>
public sealed record WorkerReport(long Number, long First, long Before, long InFlight, GeneratorUsage Usage, bool Final, byte[] EncodedTally);

/// <summary>
/// The reports that a coordinator that takes over would need from this worker: those that no checkpoint covers. Of the time
/// before the first checkpoint they are merged now and then, so that they take little room however long the run is.
/// </summary>
/// <param name="All">In order.</param>
public sealed record KeptReports(ImmutableList<WorkerReport> All)
{
    /// <summary>Merging costs about as much as making a report: it is done for many at once.</summary>
    private const int MostBeforeMerging = 16;

    public static readonly KeptReports None = new([]);

    /// <summary>Keeps one more.</summary>
    public KeptReports Add(WorkerReport report) => new(All.Add(report));

    /// <summary>Lets go of reports up to a number, which a checkpoint covers.</summary>
    public KeptReports Drop(long upTo) => All.Count > 0 && All[0].Number <= upTo ? new(All.RemoveAll(report => report.Number <= upTo)) : this;

    /// <summary>Merges reports up to a number into one, once they are many: no checkpoint will ever end between them.</summary>
    public KeptReports Merge(long upTo, Plan plan)
    {
        var count = All.FindIndex(report => report.Number > upTo) is var later && later < 0 ? All.Count : later;
        if (count <= MostBeforeMerging)
        {
            return this;
        }

        var merged = new Tally(plan.Targets.Count, plan.Profiles.Count);
        foreach (var report in All.Take(count))
        {
            merged.MergeEncoded(report.EncodedTally);
        }

        return new(All.RemoveRange(0, count).Insert(0, All[count - 1] with { First = All[0].First, Before = All[0].Before, EncodedTally = merged.Encode() }));
    }
}

/// <summary>Everything that a coordinator that takes over needs from one worker to go on with the run.</summary>
public sealed record RunInventory
{
    public required string RunId { get; init; }

    public required string WorkerId { get; init; }

    public required string Host { get; init; }

    public required int Weight { get; init; }

    public required string Crypto { get; init; }

    public required Plan Plan { get; init; }

    public required TimeSpan Lease { get; init; }

    /// <summary>The assignment that it follows.</summary>
    public required Assignment Assignment { get; init; }

    /// <summary>Time since the start of the load when it told this, by its clock.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>When the load started, by the first coordinator's wall clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Whether a coordinator had told it to stop.</summary>
    public required bool Stopped { get; init; }

    /// <summary>The latest checkpoint, if it holds one.</summary>
    public required Checkpoint? Checkpoint { get; init; }

    /// <summary>Its reports that are in no checkpoint as far as it knows, in order.</summary>
    public required IReadOnlyList<WorkerReport> Reports { get; init; }
}

/// <summary>
/// What a coordinator has counted so far, as workers hold it for one that may have to take over: the merged tally, and up to
/// which report of each worker it goes. Together with the reports that workers keep since, it is everything.
/// </summary>
/// <param name="Version">Rises with each checkpoint of a run, from 1.</param>
/// <param name="Workers">Every worker that took part, including those that left or were lost.</param>
/// <param name="EncodedTally">The merged tally.</param>
public sealed record Checkpoint(int Version, IReadOnlyList<WorkerState> Workers, byte[] EncodedTally);
