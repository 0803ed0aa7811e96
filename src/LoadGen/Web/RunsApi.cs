using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Running;
using LoadGen.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LoadGen.Web;

/// <summary>
/// The API of a coordinator: GET /runs lists its runs, GET /runs/ID tells how one is doing, GET /runs/ID/result gives its
/// result, POST /runs/ID/stop ends it early; where plans are taken, POST /runs hands one over.
/// </summary>
internal static class RunsApi
{
    private const long LargestPlanBytes = 16 << 20;

    public static void Map(WebApplication web, IRuns runs, Func<Plan, RunFeed?>? submit)
    {
        var api = web.MapGroup("/runs");
        api.MapPost("", (HttpRequest request) => submit is null
            ? Task.FromResult(Results.Text("this coordinator runs its own plan and does not accept submissions\n", statusCode: StatusCodes.Status405MethodNotAllowed))
            : SubmitAsync(request, submit));
        api.MapGet("", () => Results.Json(RunStatuses.ListOf(runs), RunStatusJson.Default.IReadOnlyListRunStatus));
        api.MapGet("/{id}", (string id) => RunStatuses.Find(runs, id) is { } status ? Json(status) : NoSuchRun(id));
        api.MapGet("/{id}/result", (string id) => ResultOf(runs, id));
        api.MapPost("/{id}/stop", (string id) => Stop(runs, id));
    }

    private static async Task<IResult> SubmitAsync(HttpRequest request, Func<Plan, RunFeed?> submit)
    {
        if (request.ContentType != PlanDocument.MediaType)
        {
            return Results.Text($"submit plans with 'loadgen submit PLAN.yaml --to URL', as {PlanDocument.MediaType}\n", statusCode: StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.ContentLength is not (> 0 and <= LargestPlanBytes) and var length)
        {
            return Results.Text($"the plan has {length ?? 0} bytes; at most {LargestPlanBytes} are accepted\n", statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return PlanDocument.Decode(body.GetBuffer().AsSpan(0, (int)body.Length), Engines.Capabilities) switch
        {
            PlanReading.Invalid invalid => Results.Text($"{string.Join('\n', invalid.Problems)}\n", statusCode: StatusCodes.Status400BadRequest),
            PlanReading.Valid valid when submit(valid.Plan) is { } run => Json(RunStatuses.Of(run), StatusCodes.Status201Created),
            _ => Results.Text("too many plans are queued; try again later\n", statusCode: StatusCodes.Status503ServiceUnavailable),
        };
    }

    private static IResult ResultOf(IRuns runs, string id)
    {
        var run = runs.Find(id);
        if ((run is null ? runs.Kept.Find(id) : run.Finished?.Result) is not { } result)
        {
            return run is null ? NoSuchRun(id) : Results.Text(
                run.Unfinished is { } none ? $"no result: {string.Join("; ", none.Sentences)}\n" : "the run has not ended yet\n",
                statusCode: StatusCodes.Status404NotFound);
        }

        using var json = new MemoryStream();
        RunResultJson.Write(result, json);
        return Results.Bytes(json.ToArray(), "application/json");
    }

    private static IResult Stop(IRuns runs, string id)
    {
        if (runs.Find(id) is not { } run)
        {
            return NoSuchRun(id);
        }

        run.Stop("stopped over HTTP");
        return Json(RunStatuses.Of(run), StatusCodes.Status202Accepted);
    }

    private static IResult NoSuchRun(string id) => Results.Text($"there is no run '{id}'\n", statusCode: StatusCodes.Status404NotFound);

    private static IResult Json(RunStatus status, int statusCode = StatusCodes.Status200OK)
        => Results.Json(status, RunStatusJson.Default.RunStatus, statusCode: statusCode);
}
