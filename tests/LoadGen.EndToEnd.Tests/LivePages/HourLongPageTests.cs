using System.Net;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;
using LoadGen.Running;
using LoadGen.Running.Outputs;
using LoadGen.Web;
using Microsoft.Playwright;

namespace LoadGen.EndToEnd.Tests.LivePages;

[Collection(nameof(Alone))]
public sealed class HourLongPageTests
{
    private const int Hour = 3600;

    /// <summary>By then the history and the list of events are full.</summary>
    private const int Full = 900;

    /// <summary>How many seconds pass between two looks at the page.</summary>
    private const int Stride = 20;

    [Fact]
    public async Task A_page_that_is_open_for_an_hour_stays_as_large_as_it_was_after_a_quarter()
    {
        await using var browser = await Browser.StartAsync();
        var listen = new IPEndPoint(IPAddress.Loopback, 0);
        var run = new SingleRun("20260101-0000-00000000", null, standby: false, new KeptResults(null));
        await using var endpoint = await NodeEndpoint.StartAsync(listen, new NodeMetrics(), new RunsWeb(run, new ApiToken(null), listen));
        var page = await browser.OpenAsync(new Uri(endpoint.Address));
        var browserSide = await page.Context.NewCDPSessionAsync(page);
        await browserSide.SendAsync("Performance.enable");

        await FollowAsync(run, page, 0, Full);
        var (elements, nodes, heap, managed) = await MeasureAsync(page, browserSide);
        await FollowAsync(run, page, Full, Hour);
        var (elementsAfter, nodesAfter, heapAfter, managedAfter) = await MeasureAsync(page, browserSide);

        Assert.Equal((RunFeed.MostSeconds, RunFeed.MostNotes), (run.All[0].Seconds.Count, run.All[0].Notes.Count));
        Assert.Equal(elements, elementsAfter);

        // What was replaced a moment ago may not be collected yet; if it never were, it would be some 25,000 nodes.
        Assert.True(nodesAfter < nodes + 5000, $"{nodes:N0} nodes, with those that are not shown any more, became {nodesAfter:N0}");
        Assert.True(heapAfter < heap + 3e6, $"{heap:N0} bytes of script became {heapAfter:N0}");
        Assert.True(managedAfter < managed + 6e6, $"{managed:N0} bytes in the coordinator became {managedAfter:N0}");
        Assert.Empty(browser.Complaints);
    }

    // A worker comes and another goes every second: two events for each.
    private static async Task FollowAsync(SingleRun run, IPage page, int from, int to)
    {
        for (var second = from; second < to; second++)
        {
            run.Progressed(new RunProgress
            {
                RunId = run.All[0].Id,
                Stage = RunStage.Running,
                Elapsed = TimeSpan.FromSeconds(second + 1),
                Duration = TimeSpan.FromSeconds(Hour),
                OfferedPerSecond = 2000,
                CompletedPerSecond = 2000 - (second % 7),
                Ended = new Books((second + 1) * 2000L, (second + 1) * 2000L, 0, 0, 0),
                Workers = [new WorkerState("stays", "host"), new WorkerState($"worker-{second}", "host")],
                LastSecond = new RunSecond(second, 2000, 2000 - (second % 7), 0, 0, TimeSpan.FromMilliseconds(2 + (second % 3)), TimeSpan.FromMilliseconds(9 + (second % 11))),
            });
            if ((second + 1) % Stride == 0)
            {
                await Assertions.Expect(page.Figure("completed")).ToHaveTextAsync($"{(second + 1) * 2000L:N0}");
            }
        }
    }

    private static async Task<(int Elements, double Nodes, double Heap, long Managed)> MeasureAsync(IPage page, ICDPSession browserSide)
    {
        await browserSide.SendAsync("HeapProfiler.collectGarbage");
        var metrics = (await browserSide.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray()
            .ToDictionary(metric => metric.GetProperty("name").GetString()!, metric => metric.GetProperty("value").GetDouble());
        var elements = await page.EvaluateAsync<int>("document.getElementsByTagName('main')[0].getElementsByTagName('*').length");
        return (elements, metrics["Nodes"], metrics["JSHeapUsedSize"], GC.GetTotalMemory(forceFullCollection: true));
    }
}
