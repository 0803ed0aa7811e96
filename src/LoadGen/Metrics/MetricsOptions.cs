using System.Net;

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
