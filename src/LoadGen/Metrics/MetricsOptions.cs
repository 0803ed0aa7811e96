using System.Net;
using System.Net.Http.Headers;

namespace LoadGen.Metrics;

/// <summary>Where a node's metrics go.</summary>
/// <param name="Listen">Where they are served, if anywhere.</param>
/// <param name="Linger">How long they stay there after the run.</param>
/// <param name="Push">The Pushgateway that gets them after the run, if any.</param>
internal sealed record MetricsOptions(IPEndPoint? Listen, TimeSpan Linger, Uri? Push)
{
    /// <summary>Two scrapes of a Prometheus that scrapes each 15 s: one of them succeeds, and sees the final counts.</summary>
    public static TimeSpan DefaultLinger { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the node stays for the last scrape.</summary>
    public bool Lingers => Listen is not null && Linger > TimeSpan.Zero;

    /// <summary>Sends the final counts to the gateway. That it failed is told, and changes nothing.</summary>
    public async Task PushAsync(NodeMetrics metrics, string instance)
    {
        if (Push is not null && await PushGateway.PutAsync(Push, instance, metrics) is { } problem)
        {
            await Console.Error.WriteLineAsync($"loadgen: --push: the metrics did not reach {Push}: {problem}");
        }
    }

    /// <summary>Waits for the last scrape, or for a signal.</summary>
    public Task LingerAsync(Task hurry) => Lingers ? Task.WhenAny(Task.Delay(Linger), hurry) : Task.CompletedTask;
}

/// <summary>Puts a node's metrics to a Pushgateway, for those whose Prometheus cannot reach it, or not in time.</summary>
internal static class PushGateway
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Replaces what the gateway has of this instance.</summary>
    /// <param name="gateway">Its address, such as <c>http://10.0.0.3:9091</c>.</param>
    /// <param name="instance">The name of this node there.</param>
    /// <param name="metrics">What is put.</param>
    /// <returns><see langword="null"/>, or what went wrong.</returns>
    public static async Task<string?> PutAsync(Uri gateway, string instance, NodeMetrics metrics)
    {
        using var http = new HttpClient { Timeout = Patience };
        using var text = new MemoryStream();
        await metrics.WriteAsync(text, CancellationToken.None);
        text.Position = 0;
        using var content = new StreamContent(text);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(NodeMetrics.ContentType);
        try
        {
            using var answer = await http.PutAsync(new Uri($"{gateway.AbsoluteUri.TrimEnd('/')}/metrics/job/loadgen/instance/{Uri.EscapeDataString(instance)}"), content);
            return answer.IsSuccessStatusCode ? null : $"the gateway responded {(int)answer.StatusCode}";
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return error is TaskCanceledException ? $"no response within {Patience.TotalSeconds:F0} s" : error.Message;
        }
    }
}
