using LoadGen.Cluster.Protocol;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LoadGen.Web;

/// <summary>
/// The API of a coordinator that takes plans: POST /runs hands one over, GET /runs lists them, GET /runs/ID tells how one is
/// doing, GET /runs/ID/result gives its result, POST /runs/ID/stop ends it early.
/// </summary>
internal static class RunsApi
{
    private const long LargestPlanBytes = 16 << 20;

    public static void Map(WebApplication web, RunQueue queue, ApiToken token)
    {
        var runs = web.MapGroup("/runs").AddEndpointFilter(async (context, next) =>
            Refusal(context.HttpContext.Request, token) ?? await next(context));
        runs.MapPost("", (HttpRequest request) => SubmitAsync(request, queue));
        runs.MapGet("", () => Json(queue.All.Select(RunStatus.Of).ToList()));
        runs.MapGet("/{id}", (string id) => Find(queue, id, run => Json(RunStatus.Of(run))));
        runs.MapGet("/{id}/result", (string id) => Find(queue, id, ResultOf));
        runs.MapPost("/{id}/stop", (string id) => Find(queue, id, Stop));
    }

    // A page in somebody's browser must not be able to give orders to a coordinator on the same machine: browsers say where a
    // request comes from.
    private static IResult? Refusal(HttpRequest request, ApiToken token)
    {
        if (request.Headers.Origin is [{ } origin, ..] && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            return Results.Text($"requests from {origin} are not taken\n", statusCode: StatusCodes.Status403Forbidden);
        }

        return token.Admits(request.Headers.Authorization)
            ? null
            : Results.Text("the bearer token is missing or wrong\n", statusCode: StatusCodes.Status401Unauthorized);
    }

    private static async Task<IResult> SubmitAsync(HttpRequest request, RunQueue queue)
    {
        if (request.ContentType != PlanCodec.MediaType)
        {
            return Results.Text($"hand plans over with 'loadgen submit PLAN.yaml --to URL', as {PlanCodec.MediaType}\n", statusCode: StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.ContentLength is not (> 0 and <= LargestPlanBytes) and var length)
        {
            return Results.Text($"a plan of {length ?? 0} bytes is not taken; the largest has {LargestPlanBytes}\n", statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        Plan plan;
        try
        {
            plan = PlanCodec.Decode(body.GetBuffer().AsSpan(0, (int)body.Length));
        }
        catch (FormatException error)
        {
            return Results.Text($"{error.Message}\n", statusCode: StatusCodes.Status400BadRequest);
        }

        return queue.Submit(plan) is { } run
            ? Results.Json(RunStatus.Of(run), RunStatusJson.Default.RunStatus, statusCode: StatusCodes.Status201Created)
            : Results.Text("too many plans wait already; try again later\n", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult ResultOf(SubmittedRun run)
    {
        if (run.Finished is not { } finished)
        {
            return Results.Text(
                run.Unfinished is { } none ? $"there is no result: {string.Join("; ", none.Sentences)}\n" : "the run is not over yet\n",
                statusCode: StatusCodes.Status404NotFound);
        }

        using var json = new MemoryStream();
        RunResultJson.Write(finished.Result, json);
        return Results.Bytes(json.ToArray(), "application/json");
    }

    private static IResult Stop(SubmittedRun run)
    {
        run.Stop("stopped over HTTP");
        return Results.Json(RunStatus.Of(run), RunStatusJson.Default.RunStatus, statusCode: StatusCodes.Status202Accepted);
    }

    private static IResult Find(RunQueue queue, string id, Func<SubmittedRun, IResult> then) => queue.Find(id) is { } run
        ? then(run)
        : Results.Text($"there is no run '{id}'\n", statusCode: StatusCodes.Status404NotFound);

    private static IResult Json(RunStatus status) => Results.Json(status, RunStatusJson.Default.RunStatus);

    private static IResult Json(IReadOnlyList<RunStatus> all) => Results.Json(all, RunStatusJson.Default.IReadOnlyListRunStatus);
}
