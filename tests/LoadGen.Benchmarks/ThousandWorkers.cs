using System.Diagnostics;
using LoadGen.Cluster.Protocol;
using LoadGen.Cluster.Tests.Fleet;
using LoadGen.Core.Runs;

namespace LoadGen.Benchmarks;

/// <summary>
/// Whether one coordinator on one core keeps up with a thousand workers that report each second, every histogram full, and
/// beat twice; to be run as <c>taskset -c 0</c>. What is measured on the coordinator's side is the processor time of its
/// threads alone: decoding reports and beats, deciding, merging, encoding the answers, and the node's own cluster work. The
/// tallies were encoded before; what the simulated workers do runs on other threads, on the same core. There is no network.
/// </summary>
internal static class ThousandWorkers
{
    private const int Workers = 1000;
    private const int Seconds = 20;
    private const string CoordinatorThreads = "loadgen.control";

    public static async Task MeasureAsync()
    {
        // The first run compiles.
        await using (var first = SimulatedFleet.Start(new FleetOptions { Workers = Workers, Seconds = 3 }))
        {
            await first.EndAsync();
        }

        await MeasureReportsAsync(new FleetOptions { Workers = Workers, Seconds = Seconds }, "all reports at the whole seconds, as workers send them");
        await MeasureReportsAsync(new FleetOptions { Workers = Workers, Seconds = Seconds, SpreadsReports = true }, "reports spread over the second");
        await MeasureRedivisionsAsync();
        ThousandInventories.Measure();
    }

    private static async Task MeasureReportsAsync(FleetOptions options, string name)
    {
        await using var fleet = SimulatedFleet.Start(options);
        await fleet.Observer.Until(progress => progress.Stage == RunStage.Running);
        var (before, threadsBefore, wall) = (Environment.CpuUsage, ThreadTimes.Of(CoordinatorThreads), Stopwatch.StartNew());
        // Looked at while the threads are there.
        var last = await fleet.Observer.Until(progress => progress.Workers.Count > 0 && progress.Workers.All(worker => worker.IsOver));
        var (used, threads) = (Environment.CpuUsage, ThreadTimes.Of(CoordinatorThreads));
        var elapsed = wall.Elapsed;
        var coordinator = threads.Used - threadsBefore.Used;
        var record = await fleet.EndAsync();
        if (!fleet.Reported.Encode().AsSpan().SequenceEqual(record.Tally.Encode()))
        {
            throw new InvalidOperationException("what was reported is not what was counted");
        }

        var reports = fleet.Log.Messages["tally-reported"];
        var process = used.TotalTime - before.TotalTime;
        var lag = fleet.Log.Lag!;
        Console.WriteLine($"{name}:");
        Console.WriteLine($"  {options.Workers} workers, {options.Seconds} s, {record.Books.Scheduled} arrivals; {reports.Count} reports of {reports.Bytes / reports.Count} B (largest {reports.Largest} B), {fleet.Log.Held} held back by the one before");
        Console.WriteLine($"  coordinator's threads: {coordinator.TotalMicroseconds / reports.Count:F0} us CPU a report, {coordinator / elapsed:P1} of one core; they waited for the core for {(threads.Waited - threadsBefore.Waited) / elapsed:P1} of the time");
        Console.WriteLine($"  whole process with the simulated workers: {process.TotalMicroseconds / reports.Count:F0} us CPU a report (user {(used.UserTime - before.UserTime).TotalSeconds:F1} s, system {(used.PrivilegedTime - before.PrivilegedTime).TotalSeconds:F1} s), {process / elapsed:P1} of one core");
        Console.WriteLine($"  merge lag, from when a report was due to its acknowledgement: p50 {Ms(lag.P50)}, p99 {Ms(lag.P99)}, max {Ms(lag.Max)} ms");
        Console.WriteLine($"  from the first registration to the last worker's assignment: {Ms(fleet.Log.Epochs[1].Last - fleet.Log.FirstRegistered!.Value)} ms");
        ShowSizes(fleet, last, record);
    }

    private static async Task MeasureRedivisionsAsync()
    {
        await using var fleet = SimulatedFleet.Start(new FleetOptions { Workers = Workers, Seconds = 60, ArrivalsPerSecond = 200 });
        await fleet.Observer.Until(progress => progress.Workers.Count > 0 && progress.Workers.All(worker => worker.LastReport > 1));
        for (var change = 0; change < 6; change++)
        {
            var epoch = fleet.Log.Epochs.Keys.Max();
            var calledOff = fleet.Log.CalledOff;
            var began = fleet.Log.Now;
            var id = change % 2 == 0 ? fleet.Join() : fleet.Lose(change);
            var members = Workers + ((change + 1) % 2);
            await fleet.Observer.Until(_ => fleet.Log.Epochs.TryGetValue(epoch + 1, out var known) && known.Workers >= members);
            var (first, last, _) = fleet.Log.Epochs[epoch + 1];
            Console.WriteLine($"{id} {(change % 2 == 0 ? "joins" : "is lost")}: the first worker has the new division after {Ms(first - began)} ms, the last after {Ms(last - began)} ms, {fleet.Log.CalledOff - calledOff} attempts called off");
        }

        fleet.Stop();
        await fleet.EndAsync();
        Console.WriteLine($"largest assign-work, {fleet.Log.Epochs.Keys.Max()} divisions: {fleet.Log.Messages["assign-work"].Largest} B");
    }

    private static void ShowSizes(SimulatedFleet fleet, RunProgress last, RunRecord record)
    {
        var wire = new WireSerializer(null!);
        var checkpoint = new ToWorker.HoldCheckpoint("run", 1, new Checkpoint(1, last.Workers, record.Tally.Encode()));
        Console.WriteLine($"  assign-work {fleet.Log.Messages["assign-work"].Largest} B, hold-checkpoint {wire.ToBinary(checkpoint).Length} B, of which merged tally {checkpoint.Checkpoint.EncodedTally.Length} B");
    }

    private static string Ms(TimeSpan time) => $"{time.TotalMilliseconds:F0}";
}
