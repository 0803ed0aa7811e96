using System.Text;
using LoadGen.Core.Runs;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary>Runs of the program as its users start it, and their results as JSON.</summary>
internal static class Runs
{
    /// <summary>Runs <c>loadgen run</c> with the arguments, takes the JSON from standard output, and checks the books.</summary>
    public static async Task<(ProgramResult Program, RunResult Result)> ExecuteAsync(params string[] arguments)
    {
        var program = await LoadGenProgram.RunAsync(
            ["run", .. arguments, "--json", "-"], cancellation: TestContext.Current.CancellationToken);
        var result = Parse(program.StandardOutput, program.StandardError);
        AssertBooksBalance(result);
        return (program, result);
    }

    /// <summary>Waits until the program shows this second of its load, or a later one: on a busy machine one may go by unshown.</summary>
    public static Task WaitForSecondAsync(ChildProcess program, int second) => program.WaitForLineAsync(
        line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var shown, "s", ..] && int.TryParse(shown, out var seconds) && seconds >= second,
        TestContext.Current.CancellationToken);

    public static RunResult Parse(string json, string context)
    {
        Assert.True(json.StartsWith('{'), $"no result on standard output; standard error was: {context}");
        return RunResultJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)));
    }

    /// <summary>Nothing is to be said against the run, except that a busy machine was the limit, where the result says just that.</summary>
    public static void AssertPasses(int exitCode, RunResult result)
    {
        if (exitCode == 12)
        {
            Assert.NotEmpty(result.Generator.Reasons);
            Assert.Equal(result.Generator.Reasons, result.Run.Reasons);
        }
        else
        {
            Assert.True(exitCode == 0, $"exit code {exitCode}: {result.Run.Verdict}: {string.Join("; ", result.Run.Reasons)}");
        }
    }

    /// <summary>That is to be said against the run, and nothing else, except that a busy machine was the limit.</summary>
    public static void AssertFails(int exitCode, RunResult result, params string[] reasons)
    {
        Assert.Equal([.. result.Generator.Reasons, .. reasons], result.Run.Reasons);
        Assert.Equal(result.Generator.Limited ? 12 : 10, exitCode);
    }

    public static void AssertBooksBalance(RunResult result)
    {
        AssertBalance(result.Books);
        Assert.All(result.Workers, worker => AssertBalance(worker.Books));
        Assert.Equal(result.Books.Scheduled, result.Workers.Sum(worker => worker.Books.Scheduled));
        Assert.Equal(result.Books.Completed, result.Workers.Sum(worker => worker.Books.Completed));
        Assert.Equal(result.Books.Completed, result.Intervals.Sum(interval => interval.Completed));
        Assert.Equal(result.Books.Failed, result.Failures.Sum(failure => failure.Count));
        Assert.Equal(result.Books.Completed, result.Negotiated.Sum(negotiated => negotiated.Count));
    }

    private static void AssertBalance(RunResult.BooksPart books)
        => Assert.Equal(books.Scheduled, books.Completed + (books.Partial ?? 0) + books.Failed + books.Dropped + books.Lost);
}
