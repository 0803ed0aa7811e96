using System.Net.Http.Headers;
using System.Text.Json;
using LoadGen.Commands;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Live;
using LoadGen.Running.Outputs;
using LoadGen.Web;
using Spectre.Console;

namespace LoadGen.Running;

/// <summary>One plan handed to a coordinator elsewhere, from submitting it to its result.</summary>
internal sealed class Submission : IDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TakesPlanWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    /// <summary>How long a coordinator may be silent: one that was restarted comes back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The same, once the user wants to go.</summary>
    private static readonly TimeSpan PatienceAfterStop = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly StopSignals _signals;
    private readonly Uri _runs;
    private StopOrder _stop = StopOrder.None;
    private DateTimeOffset _stopWantedAt;

    /// <param name="coordinator">Where it takes plans.</param>
    /// <param name="token">What it wants to see.</param>
    public Submission(Uri coordinator, ApiToken token)
    {
        _runs = new Uri(coordinator.AbsoluteUri.TrimEnd('/') + "/runs");
        _http.DefaultRequestHeaders.Authorization = token.Value is { } value ? new AuthenticationHeaderValue("Bearer", value) : null;
        _signals = new StopSignals(number =>
        {
            if (number > 1)
            {
                Environment.Exit(ExitCode.Aborted);
            }
        });
    }

    /// <summary>Whether the coordinator is to end the run early, and whether it knows.</summary>
    private enum StopOrder
    {
        None,
        Wanted,
        Taken,
    }

    public required IAnsiConsole Console { get; init; }

    public bool Quiet { get; init; }

    /// <summary>Where the result goes.</summary>
    public required ResultOutputs Results { get; init; }

    public void Dispose()
    {
        _signals.Dispose();
        _http.Dispose();
    }

    public async Task<int> ExecuteAsync(Plan plan)
    {
        try
        {
            var submitted = await SubmitAsync(plan);
            Tell($"run {submitted.Id}");
            return await FollowAsync(submitted);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or FormatException or OperationCanceledException or IOException)
        {
            await System.Console.Error.WriteLineAsync($"loadgen: --to: {_runs}: {(error is OperationCanceledException ? "no response" : error.Message)}");
            return _signals.FirstSignal.IsCompleted ? ExitCode.Aborted : ExitCode.Fault;
        }
    }

    private async Task<RunStatus> SubmitAsync(Plan plan)
    {
        using var body = new ByteArrayContent(PlanDocument.Encode(plan));
        body.Headers.ContentType = new MediaTypeHeaderValue(PlanDocument.MediaType);
        using var patience = new CancellationTokenSource(TakesPlanWithin);
        var posted = _http.PostAsync(_runs, body, patience.Token);
        if (await Task.WhenAny(posted, _signals.FirstSignal) != posted)
        {
            await patience.CancelAsync();
            throw new IOException("interrupted before the coordinator responded; it may have accepted the plan");
        }

        using var answer = await posted;
        return await ReadStatusAsync(answer, patience.Token);
    }

    private async Task<int> FollowAsync(RunStatus submitted)
    {
        try
        {
            var status = submitted;
            while (status.State != "ended")
            {
                await PauseAsync();
                status = await PersistAsync(cancellation => AskAsync(submitted.Id, cancellation));
                Show(status);
            }

            return status.Verdict is null
                ? await TellWhyNotAsync(status)
                : await ReportAsync(await PersistAsync(cancellation => ReadResultAsync(submitted.Id, cancellation)), status.ExitCode ?? ExitCode.Fault);
        }
        catch (TimeoutException error)
        {
            await System.Console.Error.WriteLineAsync($"loadgen: --to: {_runs}: {error.Message}; giving up; run {submitted.Id} may still be in progress there");
            return _stop == StopOrder.None ? ExitCode.Fault : ExitCode.Aborted;
        }
    }

    // A request each second, whatever comes of it; the first signal, once, does not wait for the next.
    private async Task PauseAsync()
    {
        var pause = Task.Delay(AskEvery);
        await (_stop == StopOrder.None ? Task.WhenAny(pause, _signals.FirstSignal) : pause);
        if (_stop == StopOrder.None && _signals.FirstSignal.IsCompleted)
        {
            (_stop, _stopWantedAt) = (StopOrder.Wanted, DateTimeOffset.UtcNow);
            await System.Console.Error.WriteLineAsync(
                $"loadgen: stop requested; waiting for the partial result, {PatienceAfterStop.TotalSeconds:0} s at most if the coordinator does not respond (a second signal exits at once)");
        }
    }

    /// <summary>Asks until there is an answer.</summary>
    /// <exception cref="TimeoutException">The coordinator was silent for too long.</exception>
    private async Task<T> PersistAsync<T>(Func<CancellationToken, Task<T>> ask)
    {
        var silentSince = DateTimeOffset.UtcNow;
        var toldSilence = false;
        while (true)
        {
            try
            {
                using var patience = new CancellationTokenSource(AnswersWithin);
                var answer = await ask(patience.Token);
                if (toldSilence)
                {
                    Tell("the coordinator responds again");
                }

                return answer;
            }
            catch (Exception error) when (IsSilence(error))
            {
                var silent = DateTimeOffset.UtcNow - silentSince;
                if (DateTimeOffset.UtcNow >= GiveUpAt(silentSince))
                {
                    throw new TimeoutException($"no response from the coordinator for {silent.TotalSeconds:0} s");
                }

                if (!toldSilence)
                {
                    toldSilence = true;
                    await System.Console.Error.WriteLineAsync(
                        $"loadgen: no response from the coordinator{(error is OperationCanceledException ? "" : $" ({error.Message})")}; retrying for {(GiveUpAt(silentSince) - silentSince).TotalSeconds:0} s");
                }
            }

            await PauseAsync();
        }
    }

    private DateTimeOffset GiveUpAt(DateTimeOffset silentSince) => _stop == StopOrder.None ? silentSince + Patience
        : (_stopWantedAt > silentSince ? _stopWantedAt : silentSince) + PatienceAfterStop;

    // An answer that says no is one; that of a proxy whose coordinator is gone is none.
    private static bool IsSilence(Exception error)
        => error is HttpRequestException { StatusCode: null or >= System.Net.HttpStatusCode.InternalServerError } or OperationCanceledException or IOException;

    private async Task<RunStatus> AskAsync(string id, CancellationToken cancellation)
    {
        if (_stop != StopOrder.Wanted)
        {
            using var answer = await _http.GetAsync(new Uri($"{_runs}/{id}"), cancellation);
            return await ReadStatusAsync(answer, cancellation);
        }

        using var stopped = await _http.PostAsync(new Uri($"{_runs}/{id}/stop"), null, cancellation);
        var status = await ReadStatusAsync(stopped, cancellation);
        _stop = StopOrder.Taken;
        return status;
    }

    private async Task<RunResult> ReadResultAsync(string id, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(new Uri($"{_runs}/{id}/result"), cancellation);
        await ThrowIfRefusedAsync(answer, cancellation);
        using var json = new MemoryStream(await answer.Content.ReadAsByteArrayAsync(cancellation));
        return RunResultJson.Read(json);
    }

    private async Task<int> TellWhyNotAsync(RunStatus status)
    {
        var run = new UnfinishedRun(status.Problems ?? [], status.ExitCode ?? ExitCode.Fault);
        foreach (var problem in BoundedText.Of(run.Sentences).Concat(Results.Deliver(run)))
        {
            await System.Console.Error.WriteLineAsync($"loadgen: {problem}");
        }

        return run.ExitCode;
    }

    private async Task<int> ReportAsync(RunResult result, int verdict)
    {
        var (code, problems) = Results.Deliver(new FinishedRun(result, verdict));
        foreach (var problem in problems)
        {
            await System.Console.Error.WriteLineAsync($"loadgen: {problem}");
        }

        return code;
    }

    private static async Task<RunStatus> ReadStatusAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await ThrowIfRefusedAsync(answer, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return JsonSerializer.Deserialize(text, RunStatusJson.Default.RunStatus) ?? throw new JsonException("the response is empty");
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            throw new HttpRequestException($"{(int)answer.StatusCode}: {string.Join('\n', BoundedText.Of(text.ReplaceLineEndings("\n").Trim().Split('\n')))}", null, answer.StatusCode);
        }
    }

    private void Show(RunStatus status) => Tell(status.State is "running" or "stopping" && status.Books is { } books
        ? PlainProgress.Line(status.ElapsedSeconds, status.CompletedPerSecond, books, "", status.InFlight, status.P50Ms, status.P99Ms, status.Workers)
        : BoundedText.Of(status.State));

    private void Tell(string line)
    {
        if (!Quiet)
        {
            Console.Profile.Out.Writer.WriteLine(line);
        }
    }
}
