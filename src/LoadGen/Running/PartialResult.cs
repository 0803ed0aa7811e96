using LoadGen.Cluster.Worker;
using LoadGen.Core.Runs;

namespace LoadGen.Running;

/// <summary>Puts on disk what one worker counted when its coordinator was lost and nobody took over.</summary>
internal static class PartialResult
{
    /// <summary>Writes it into a folder, as <c>RUN.WORKER.partial.json</c>, or to standard output where that cannot be.</summary>
    public static void Write(AbandonedRun run, string folder)
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
        var result = RunResultBuilder.Build(record, Verdict.Of(record));
        var path = Path.Combine(folder, $"{run.RunId}.{run.WorkerId}.partial.json");
        var problem = Create(folder) ?? ResultOutput.Write(result, path);
        if (problem is null)
        {
            Console.Error.WriteLine($"loadgen: what this worker counted is in {path}");
        }
        else
        {
            Console.Error.WriteLine($"loadgen: --out: {problem}; what this worker counted follows on standard output");
            ResultOutput.Write(result, "-");
        }
    }

    private static string? Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}
