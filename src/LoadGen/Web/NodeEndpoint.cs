using System.Net;
using LoadGen.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoadGen.Web;

/// <summary>
/// The node's HTTP endpoint: <c>/metrics</c> for Prometheus, <c>/healthz</c> and <c>/readyz</c> for the system that keeps it running,
/// and what a coordinator serves besides.
/// </summary>
internal sealed class NodeEndpoint : IAsyncDisposable
{
    /// <summary>Browsers keep their connections open; exiting waits for them no longer.</summary>
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    private readonly WebApplication _web;
    private volatile bool _ready;

    private NodeEndpoint(WebApplication web) => _web = web;

    /// <summary>Where it listens, such as <c>http://127.0.0.1:9090</c>.</summary>
    public string Address => _web.Urls.First();

    /// <param name="listen">Where.</param>
    /// <param name="metrics">What <c>/metrics</c> shows.</param>
    /// <param name="runs">API and live page of a coordinator.</param>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static async Task<NodeEndpoint> StartAsync(IPEndPoint listen, NodeMetrics metrics, RunsWeb? runs = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        var visitors = new Visitors();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            visitors.Limit(kestrel.Limits);
            kestrel.Listen(listen, visitors.Receive);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = CloseWithin);
        runs?.AddTo(builder.Services);
        var web = builder.Build();
        var endpoint = new NodeEndpoint(web);
        Visitors.Attend(web);
        runs?.Map(web);
        web.MapGet("/metrics", context =>
        {
            context.Response.ContentType = NodeMetrics.ContentType;
            return metrics.WriteAsync(context.Response.Body, context.RequestAborted);
        });
        web.MapGet("/healthz", () => "ok\n");
        web.MapGet("/readyz", () => endpoint._ready
            ? Results.Text("ready\n")
            : Results.Text("not ready: the cluster has not formed yet\n", statusCode: StatusCodes.Status503ServiceUnavailable));
        await web.StartAsync();
        return endpoint;
    }

    /// <summary>From now on <c>/readyz</c> says yes.</summary>
    public void BecomeReady() => _ready = true;

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync();
        await _web.DisposeAsync();
    }
}
