using LoadGen.Cluster.Worker;
using LoadGen.Core.Runs;

namespace LoadGen.Running.Outputs;

/// <summary>Puts on disk what one worker counted when its coordinator was lost and none took over.</summary>
internal static class PartialResult
{
    /// <summary>Writes it into a folder, as <c>RUN.WORKER.partial.json</c>, and elsewhere if it cannot go there.</summary>
    public static void Write(AbandonedRun run, ResultFolder folder)
    {
        var record = new RunRecord
        {
            RunId = run.RunId,
            Plan = run.Plan,
            StartedAt = run.StartedAt,
            Duration = run.Usage.Elapsed,
            Workers = [new WorkerRecord(run.WorkerId, Environment.MachineName, run.Tally.Books, null, run.Usage) { Crypto = run.Crypto }],
            Tally = run.Tally,
            AbortReason = "the coordinator was lost",
        };
        var content = ResultOutputs.Encode(RunResultBuilder.Build(record, Verdict.Of(record)));
        var name = $"{run.RunId}.{run.WorkerId}.partial.json";
        try
        {
            folder.Write(name, content);
            Console.Error.WriteLine($"loadgen: partial results of this worker are in {Path.Combine(folder.Path, name)}");
        }
        catch (Exception error) when (Output.IsExpected(error))
        {
            Console.Error.WriteLine(
                $"loadgen: --out: cannot write to '{folder.Path}': {Output.Reason(error)}; partial results of this worker are in {ResultOutputs.KeepElsewhere(name, content, beside: null)}");
        }
    }
}
