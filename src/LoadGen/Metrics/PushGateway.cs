using System.Net.Http.Headers;

namespace LoadGen.Metrics;

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
