using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

public sealed class SubmitTests
{
    [Fact]
    public async Task A_waiting_coordinator_runs_plans_one_after_another_with_the_same_workers_and_keeps_their_results()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var folder = Directory.CreateTempSubdirectory("loadgen-");
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(2, "--out", folder.FullName);

        var first = await SubmitAsync(waiting, target, "--rate", "200", "--duration", "2s");
        var second = await SubmitAsync(waiting, target, "--concurrency", "8", "--count", "300");

        Runs.AssertPasses(first.ExitCode, first.Result);
        Runs.AssertPasses(second.ExitCode, second.Result);
        Assert.Equal((400L, 300L), (first.Result.Books.Completed, second.Result.Books.Completed));
        Assert.Equal(first.Result.Workers.Select(worker => worker.Id).Order(), second.Result.Workers.Select(worker => worker.Id).Order());
        Assert.Equal(
            new[] { first.Result.Run.Id, second.Result.Run.Id }.Order(),
            folder.GetFiles("*.json").Select(file => Path.GetFileNameWithoutExtension(file.Name)).Order());
        Assert.Equal(0, await waiting.EndAsync());
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_run_is_stopped_by_its_own_name_only_and_tells_its_partial_result()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(1);
        var over = await SubmitAsync(waiting, target, "--concurrency", "2", "--count", "10");
        await using var submit = LoadGenProgram.Start(
            [.. waiting.SubmitTo(target), "--rate", "100", "--duration", "60s", "--json", "-"], WaitingCoordinatorProcess.Environment);
        var id = (await submit.WaitForLineAsync("run ", TestContext.Current.CancellationToken))[4..];
        await Runs.WaitForSecondAsync(submit, 2);
        using var http = Client(waiting);

        await http.PostAsync($"runs/{over.Result.Run.Id}/stop", null, TestContext.Current.CancellationToken);
        using var still = JsonDocument.Parse(await http.GetStringAsync($"runs/{id}", TestContext.Current.CancellationToken));
        await http.PostAsync($"runs/{id}/stop", null, TestContext.Current.CancellationToken);
        var exitCode = await submit.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        var result = Runs.Parse(string.Join('\n', submit.StandardOutput), string.Join('\n', submit.StandardError));
        Assert.Equal("running", still.RootElement.GetProperty("state").GetString());
        Assert.Equal((11, "aborted"), (exitCode, result.Run.Verdict));
        Assert.Equal("stopped over HTTP", result.Run.Reasons[0]);
        Runs.AssertBooksBalance(result);
    }

    [Fact]
    public async Task Requests_without_the_token_and_from_pages_of_others_are_refused()
    {
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(1);
        using var none = new HttpClient { BaseAddress = waiting.Api };
        using var wrong = Client(waiting, "another");
        using var page = Client(waiting);
        page.DefaultRequestHeaders.Add("Origin", "http://elsewhere.example");
        using var right = Client(waiting);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfAsync(none, "runs"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfAsync(wrong, "runs"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusOfAsync(page, "runs"));
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(right, "runs"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync(right, "runs/none"));
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(none, "healthz"));
    }

    [Fact]
    public async Task A_plan_that_breaks_rules_is_refused_over_HTTP_and_the_next_one_runs()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(1);
        using var http = Client(waiting);
        var plan = new Plan
        {
            Name = "poison",
            Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 70_000, ServerName = "localhost" }],
            Profiles = [new Profile { Name = "p", Weight = 0 }],
            Load = new Load.Open(new Schedule(new Constant(1e18, TimeSpan.FromSeconds(1)))),
        };
        using var body = new ByteArrayContent(PlanDocument.Encode(plan));
        body.Headers.ContentType = new MediaTypeHeaderValue(PlanDocument.MediaType);

        using var answer = await http.PostAsync("runs", body, TestContext.Current.CancellationToken);
        var problems = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var next = await SubmitAsync(waiting, target, "--concurrency", "2", "--count", "10");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            ["load[0].hold.rate", "profiles[0].weight", "targets[0].address"],
            problems.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ")[0]).Order());
        Runs.AssertPasses(next.ExitCode, next.Result);
        Assert.Equal(10, next.Result.Books.Completed);
    }

    [Theory]
    [InlineData("no plan: name a file or --target")]
    [InlineData("is reachable from other machines", "--http", "0.0.0.0:0")]
    public async Task A_coordinator_that_cannot_wait_for_plans_says_what_is_missing(string expected, params string[] arguments)
    {
        var program = await LoadGenProgram.RunAsync(
            ["coordinator", "--listen", "127.0.0.1:0", .. arguments], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(2, program.ExitCode);
        Assert.Contains(expected, program.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submitting_to_nobody_is_one_sentence()
    {
        var program = await LoadGenProgram.RunAsync(
            ["submit", "--to", $"http://127.0.0.1:{FreePort.Take()}", "--target", "127.0.0.1:1", "--count", "1"], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(1, program.ExitCode);
        Assert.Single(program.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<(int ExitCode, RunResult Result)> SubmitAsync(WaitingCoordinatorProcess waiting, BuiltInTargetProcess target, params string[] load)
    {
        var program = await LoadGenProgram.RunAsync(
            [.. waiting.SubmitTo(target), .. load, "--quiet", "--json", "-"], environment: WaitingCoordinatorProcess.Environment, cancellation: TestContext.Current.CancellationToken);
        return (program.ExitCode, Runs.Parse(program.StandardOutput, program.StandardError));
    }

    private static HttpClient Client(WaitingCoordinatorProcess waiting, string token = WaitingCoordinatorProcess.Token)
    {
        var http = new HttpClient { BaseAddress = waiting.Api };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static async Task<HttpStatusCode> StatusOfAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
