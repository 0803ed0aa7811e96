using System.Net.Http.Headers;
using System.Text.Json;
using LoadGen.Cluster.Protocol;
using LoadGen.Commands;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Reports;
using LoadGen.Web;
using Spectre.Console;

namespace LoadGen.Running;

/// <summary>One plan handed to a coordinator elsewhere, from submitting it to its result.</summary>
internal sealed class Submission : IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CoordinatorAnswersWithin = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Uri _runs;

    /// <param name="coordinator">Where it takes plans.</param>
    /// <param name="token">What it wants to see.</param>
    public Submission(Uri coordinator, ApiToken token)
    {
        _runs = new Uri(coordinator.AbsoluteUri.TrimEnd('/') + "/runs");
        _http.DefaultRequestHeaders.Authorization = token.Value is { } value ? new AuthenticationHeaderValue("Bearer", value) : null;
    }

    public required IAnsiConsole Console { get; init; }

    public bool Quiet { get; init; }

    /// <summary>Where the result goes.</summary>
    public required ResultOutputs Results { get; init; }

    public void Dispose() => _http.Dispose();

    public async Task<int> ExecuteAsync(Plan plan)
    {
        try
        {
            var submitted = await SubmitAsync(plan);
            Tell($"run {submitted.Id}");
            using var signals = new StopSignals(number =>
            {
                if (number > 1)
                {
                    Environment.Exit(ExitCode.Aborted);
                }
            });
            return await ReportAsync(await FollowAsync(submitted, signals));
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or TaskCanceledException)
        {
            await System.Console.Error.WriteLineAsync($"loadgen: --to: {_runs}: {error.Message}");
            return ExitCode.Fault;
        }
    }

    private async Task<RunStatus> SubmitAsync(Plan plan)
    {
        using var body = new ByteArrayContent(PlanCodec.Encode(plan));
        body.Headers.ContentType = new MediaTypeHeaderValue(PlanCodec.MediaType);
        using var answer = await _http.PostAsync(_runs, body);
        return await ReadAsync(answer);
    }

    private async Task<RunStatus> FollowAsync(RunStatus status, StopSignals signals)
    {
        var address = new Uri($"{_runs}/{status.Id}");
        var stopped = false;
        var answered = DateTimeOffset.UtcNow;
        while (status.State != "ended")
        {
            await Task.WhenAny(Task.Delay(AskEvery), stopped ? Task.Delay(AskEvery) : signals.FirstSignal);
            try
            {
                if (signals.FirstSignal.IsCompleted && !stopped)
                {
                    using var stop = await _http.PostAsync(new Uri($"{address}/stop"), null);
                    stopped = true;
                }

                using var answer = await _http.GetAsync(address);
                status = await ReadAsync(answer);
                answered = DateTimeOffset.UtcNow;
                Show(status);
            }
            catch (Exception error) when (error is HttpRequestException { StatusCode: null } or TaskCanceledException && DateTimeOffset.UtcNow - answered < CoordinatorAnswersWithin)
            {
                Tell($"the coordinator does not answer: {error.Message}");
            }
        }

        return status;
    }

    private async Task<int> ReportAsync(RunStatus status)
    {
        if (status.Verdict is null)
        {
            foreach (var problem in status.Problems ?? [])
            {
                await System.Console.Error.WriteLineAsync($"loadgen: {problem}");
            }

            return status.ExitCode ?? ExitCode.Fault;
        }

        await using var json = await _http.GetStreamAsync(new Uri($"{_runs}/{status.Id}/result"));
        var result = RunResultJson.Read(json);
        if (!Quiet)
        {
            Summary.Write(result, Console);
        }

        if (Results.Deliver(result) is { } unwritten)
        {
            await System.Console.Error.WriteLineAsync($"loadgen: {unwritten}");
            return ExitCode.Fault;
        }

        return status.ExitCode ?? ExitCode.Fault;
    }

    private static async Task<RunStatus> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonSerializer.Deserialize(text, RunStatusJson.Default.RunStatus) ?? throw new JsonException("the answer is empty")
            : throw new HttpRequestException($"{(int)answer.StatusCode}: {text.Trim()}", null, answer.StatusCode);
    }

    private void Show(RunStatus status) => Tell(status.State is "running" or "stopping" && status.Books is { } books
        ? $"{Math.Floor(status.ElapsedSeconds),5:F0} s  {status.CompletedPerSecond,7:F0}/s  completed {books.Completed}  failed {books.Failed}  dropped {books.Dropped}  "
            + $"in flight {status.InFlight}  p50 {status.P50Ms ?? 0:F1} ms  p99 {status.P99Ms ?? 0:F1} ms  workers {status.Workers}"
        : status.State);

    private void Tell(string line)
    {
        if (!Quiet)
        {
            Console.Profile.Out.Writer.WriteLine(line);
        }
    }
}
