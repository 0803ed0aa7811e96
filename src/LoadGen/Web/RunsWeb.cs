using System.Net;
using LoadGen.Core.Plans;
using LoadGen.Running;
using LoadGen.Web.Page;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace LoadGen.Web;

/// <summary>What a coordinator serves besides metrics: the API under <c>/runs</c> and the live page at <c>/</c>.</summary>
/// <param name="runs">What they show.</param>
/// <param name="token">What they want to see.</param>
/// <param name="listen">Where they are asked.</param>
/// <param name="submit">Takes a plan; <see langword="null"/> for a coordinator that takes none.</param>
internal sealed class RunsWeb(IRuns runs, ApiToken token, IPEndPoint listen, Func<Plan, RunFeed?>? submit = null)
{
    private const string ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    /// <summary>Inside the program, so that it serves the page wherever it was put, and nothing comes from the internet.</summary>
    private static readonly EmbeddedFileProvider PageFiles = new(typeof(RunsWeb).Assembly, "LoadGen.Web.Page.Assets");

    /// <summary>A page that has not shown the verdict by then has no reader any more.</summary>
    private static readonly TimeSpan LastLookWithin = TimeSpan.FromSeconds(3);

    private readonly Admission _admission = new(token, listen);
    private readonly PageViews _views = new();

    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton(runs);
        services.AddSingleton(_admission);
        services.AddSingleton(_views);

        // What is protected are references between one page and its circuit: they need not outlive the process.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = 10;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1);
        });

        // Not for metrics and the API, which are asked for every few seconds: compressing takes processor time from the load.
        services.AddResponseCompression(compression => compression.MimeTypes = ["text/css", "text/javascript", "image/svg+xml", "text/html"]);
    }

    public void Map(WebApplication web)
    {
        web.Use(Guard);
        web.UseResponseCompression();
        web.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = PageFiles,
            OnPrepareResponse = file => file.Context.Response.GetTypedHeaders().CacheControl = new CacheControlHeaderValue { NoCache = true },
        });
        web.UseAntiforgery();
        RunsApi.Map(web, runs, submit);
        web.MapPost("/session", SignInAsync).DisableAntiforgery();
        web.MapRazorComponents<App>().AddInteractiveServerRenderMode(page =>
        {
            // Compressing would take processor time from the load.
            page.DisableWebSocketCompression = true;
            page.ContentSecurityFrameAncestorsPolicy = null;
        });
    }

    /// <summary>Lets the pages that are open show what came of the run.</summary>
    public Task LastLookAsync() => Task.WhenAny(_views.AllShowedEndAsync(), Task.Delay(LastLookWithin));

    private Task Guard(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";

        // The page itself says why it shows nothing; the API, and the circuit that feeds the page, refuse.
        var path = context.Request.Path;
        if ((path.StartsWithSegments("/runs") || path.StartsWithSegments("/_blazor")) && _admission.RefusalOf(context.Request) is { } refusal)
        {
            return Results.Text($"{refusal.Sentence}\n", statusCode: refusal.StatusCode).ExecuteAsync(context);
        }

        return next(context);
    }

    private async Task<IResult> SignInAsync(HttpRequest request)
    {
        if ((request.Headers.Origin is [{ } origin, ..] && !Admission.IsOwn(origin, request)) || !request.HasFormContentType)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        var form = await request.ReadFormAsync();
        return Results.LocalRedirect(_admission.SignIn(request, form["token"].ToString().Trim()) ? "/" : "/?token=wrong");
    }
}
