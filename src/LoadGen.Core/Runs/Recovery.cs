using System.Collections.Immutable;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>A run that a coordinator has taken over.</summary>
/// <param name="State">The run.</param>
/// <param name="Merged">What the latest checkpoint covers; the reports since come as effects.</param>
/// <param name="StartedAt">When the load started, by the first coordinator's wall clock.</param>
/// <param name="CheckpointVersion">The latest checkpoint that is held; 0 for none.</param>
public sealed record RecoveredRun(RunState State, Tally Merged, DateTimeOffset StartedAt, int CheckpointVersion);

/// <summary>Puts a run together again from what its workers tell: the latest checkpoint, and every report since.</summary>
/// <param name="Since">When the coordinator began to ask, by its monotonic clock.</param>
public sealed record Recovery(TimeSpan Since)
{
    private ImmutableSortedDictionary<string, (RunInventory Inventory, TimeSpan At)> Told { get; init; }
        = ImmutableSortedDictionary.Create<string, (RunInventory, TimeSpan)>(StringComparer.Ordinal);

    /// <summary>When workers were heard last: their beats are answered, so that their leases go on.</summary>
    private ImmutableDictionary<string, TimeSpan> Heard { get; init; } = ImmutableDictionary.Create<string, TimeSpan>(StringComparer.Ordinal);

    private Assignment? Assignment { get; init; }

    private Checkpoint? Checkpoint { get; init; }

    private ImmutableHashSet<string> Missing { get; init; } = [];

    /// <summary>The run that is told of; <see langword="null"/> before a worker told of one.</summary>
    public string? RunId => First?.RunId;

    /// <summary>Whether every worker that should know something has told it.</summary>
    public bool IsComplete => RunId is not null && Missing.IsEmpty;

    /// <summary>Until when to wait for the others: a worker that has told nothing by the end of its lease has stopped or was lost.</summary>
    public TimeSpan? Until => Since + First?.Lease;

    /// <summary>Whether a worker's inventory is here. What it reports after that it reports again, until it is answered.</summary>
    public bool HasToldOf(string workerId) => Told.ContainsKey(workerId);

    /// <summary>The runs that workers said they work on.</summary>
    public ImmutableHashSet<string> Asked { get; private init; } = [];

    /// <summary>Runs that have ended: their end was missed by those who told of them.</summary>
    public ImmutableHashSet<string> Over { get; private init; } = [];

    /// <summary>Whether a coordinator before had told the workers to stop.</summary>
    public bool WasStopped => Told.Values.Any(told => told.Inventory.Stopped);

    // All tell the same of the run itself.
    private RunInventory? First => Told.Values.FirstOrDefault().Inventory;

    /// <summary>A worker that was given work and speaks of no run may know that it has ended.</summary>
    public ImmutableArray<RunEffect> AskMissing(string workerId)
        => RunId is { } runId && Missing.Contains(workerId) ? [new RunEffect.AskInventory(workerId, runId)] : [];

    /// <summary>Takes a beat of a worker.</summary>
    public Recovery Hear(string workerId, TimeSpan now) => this with { Heard = Heard.SetItem(workerId, now) };

    /// <summary>A worker that works on a run is asked for it.</summary>
    public Recovery Ask(string runId) => this with { Asked = Asked.Add(runId) };

    /// <summary>Takes what one worker tells. Of two runs the one of the higher term is in progress: a coordinator has one at a time.</summary>
    public Recovery Take(RunInventory inventory, TimeSpan now)
    {
        if (RunId is { } runId && runId != inventory.RunId)
        {
            return inventory.Assignment.Term > Assignment!.Term
                ? new Recovery(Since) { Heard = Heard, Asked = Asked, Over = Over.Add(runId) }.Take(inventory, now)
                : this with { Over = Over.Add(inventory.RunId) };
        }

        var told = Hear(inventory.WorkerId, now) with { Told = Told.SetItem(inventory.WorkerId, (inventory, now)), Missing = Missing.Remove(inventory.WorkerId) };
        // Most workers tell the same of both; who has to be waited for is found anew only where one knows of something later.
        return Assignment is null || inventory.Assignment.IsAfter(Assignment) || inventory.Checkpoint?.Version > (Checkpoint?.Version ?? 0)
            ? told.WithLatest(inventory.Assignment, inventory.Checkpoint)
            : told;
    }

    /// <summary>The run as it is now, by everything that was told.</summary>
    /// <param name="term">The new coordinator's.</param>
    /// <param name="stopReason">Why it is to end now; <see langword="null"/> if it is not.</param>
    /// <param name="now">The new coordinator's monotonic clock.</param>
    public (RecoveredRun Run, ImmutableArray<RunEffect> Effects, ImmutableHashSet<string> Untold) Build(int term, string? stopReason, TimeSpan now)
    {
        var first = First!;
        var (merged, checkpoint, warnings) = Start(first.Plan);
        var workers = (checkpoint?.Workers ?? []).ToDictionary(worker => worker.Id, StringComparer.Ordinal);
        foreach (var (inventory, _) in Told.Values)
        {
            workers.TryAdd(inventory.WorkerId, new WorkerState(inventory.WorkerId, inventory.Host, inventory.Weight) { Stage = WorkerStage.Running });
            workers[inventory.WorkerId] = workers[inventory.WorkerId] with { Crypto = inventory.Crypto };
        }

        // Time has passed since each of them told: the load is as far now as the furthest of them has come meanwhile.
        var loadStart = Told.Values.Select(told => told.At - told.Inventory.Elapsed).Min();
        var (state, effects) = RunState.Resume(
            first.RunId, first.Plan, Assignment!, loadStart, workers.Values, term, first.Lease, Heard, Since);
        effects = effects.AddRange(warnings);
        IEnumerable<RunEvent> stop = stopReason is null ? [] : [new RunEvent.StopRequested(stopReason)];
        var reports = Told.Values.SelectMany(told => told.Inventory.Reports.Select(report => (told.Inventory.WorkerId, Report: report)))
            .OrderBy(each => each.Report.Number)
            .Select(each => RunEvent.ReportReceived.ParseTold(each.WorkerId, each.Report, first.Plan));
        (state, effects) = state.Then(effects, resumed => resumed.ApplyAll([.. stop, .. reports], now));

        var untold = state.Workers.Values.Where(worker => !worker.IsOver && !HasToldOf(worker.Id)).Select(worker => worker.Id);
        return (new RecoveredRun(state, merged, first.StartedAt, checkpoint?.Version ?? 0), effects, [.. untold]);
    }

    // No node is believed: a checkpoint that cannot be read is none, and what only it covered is lost.
    private (Tally Merged, Checkpoint? Checkpoint, ImmutableArray<RunEffect> Warnings) Start(Plan plan)
    {
        var merged = new Tally(plan.Targets.Count, plan.Profiles.Count);
        if (Checkpoint is not { } checkpoint)
        {
            return (merged, null, []);
        }

        try
        {
            merged.MergeEncoded(checkpoint.EncodedTally);
            return (merged, checkpoint, []);
        }
        catch (TallyFormatException error)
        {
            return (merged, null, [new RunEffect.Warn($"checkpoint {checkpoint.Version} is malformed ({error.Message}); what it covers is lost")]);
        }
    }

    private Recovery WithLatest(Assignment assignment, Checkpoint? checkpoint)
    {
        var latestAssignment = Assignment is { } known && !assignment.IsAfter(known) ? known : assignment;
        var latestCheckpoint = checkpoint is null || checkpoint.Version <= Checkpoint?.Version ? Checkpoint : checkpoint;
        var over = (latestCheckpoint?.Workers ?? [])
            .Where(worker => worker.Stage == WorkerStage.Lost || (worker.Stage == WorkerStage.Finished && worker.IsLeaving))
            .Select(worker => worker.Id);
        return this with
        {
            Assignment = latestAssignment,
            Checkpoint = latestCheckpoint,
            Missing = [.. latestAssignment.Divisions.SelectMany(division => division.Shares).Select(share => share.WorkerId).Except(over).Except(Told.Keys)],
        };
    }
}
