using System.Text.Json;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;
using Microsoft.Playwright;

namespace LoadGen.EndToEnd.Tests.LivePages;

public sealed class LivePageTests
{
    private static readonly string[] Percentiles = ["p50", "p90", "p95", "p99", "p999"];

    [Fact]
    public async Task A_run_is_shown_from_its_beginning_to_its_verdict_with_the_figures_of_the_API()
    {
        await using var browser = await Browser.StartAsync();
        await using var cluster = await PageCluster.StartAsync(2, ["--rate", "200", "--duration", "6s", "--threshold", "p99<60s"]);
        var page = await browser.OpenAsync(cluster.Address);
        await page.WaitForStateAsync("Waiting for workers");

        await cluster.StartWorkersAsync();
        await page.WaitForStateAsync("Running");
        await page.GetByRole(AriaRole.Img, new() { Name = "Rate from" }).WaitForAsync();
        await page.GetByText("judged at the end").WaitForAsync();
        await page.GetByText("Download the result").WaitForAsync();
        using var api = await cluster.StatusAsync();
        using var result = await cluster.ResultAsync();

        var books = api.RootElement.GetProperty("books");
        Assert.Equal(result.RootElement.GetProperty("books").ToString(), books.ToString());
        foreach (var account in (string[])["completed", "failed", "dropped", "lost"])
        {
            Assert.Equal($"{books.GetProperty(account).GetInt64():N0}", await page.Figure(account).InnerTextAsync());
        }

        Assert.Equal($"{api.RootElement.GetProperty("completedPerSecond").GetDouble():N0}/s", await page.Figure("achieved").InnerTextAsync());
        foreach (var distribution in (string[])["response", "handshake"])
        {
            var times = api.RootElement.GetProperty("latencyMs").GetProperty(distribution);
            Assert.Equal(Percentiles.Select(name => Pages.Milliseconds(times.GetProperty(name))), (await page.RowAsync(distribution)).Take(Percentiles.Length));
        }

        Assert.Equal(
            api.RootElement.GetProperty("negotiated").EnumerateArray().Select(each => $"{each.GetProperty("count").GetInt64():N0}"),
            await page.Locator("[data-figure='negotiated']").AllInnerTextsAsync());
        Assert.Equal(2, await page.Locator("tr[data-worker]").CountAsync());
        await page.Events().WaitForTextAsync("load started");
        Assert.Equal(await page.State().InnerTextAsync(), api.RootElement.GetProperty("verdict").GetString(), ignoreCase: true);
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task A_lost_worker_is_seen_and_the_stop_button_ends_the_run_after_a_question()
    {
        await using var browser = await Browser.StartAsync();
        await using var cluster = await PageCluster.StartAsync(2, ["--rate", "100", "--duration", "120s"]);
        await cluster.StartWorkersAsync();
        var page = await browser.OpenAsync(cluster.Address);
        await page.WaitForStateAsync("Running");
        await page.GetByRole(AriaRole.Img, new() { Name = "Rate from" }).WaitForAsync();

        cluster.Workers[1].Send(Signal.Kill);
        await page.Events().WaitForTextAsync("lost");
        await page.Locator("tr[data-worker]", new() { HasText = "lost at" }).WaitForAsync();
        await Assertions.Expect(page.Figure("workers")).ToHaveTextAsync("1");

        // By keyboard, as far as the question; and it can be taken back.
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).PressAsync("Enter");
        await Assertions.Expect(page.Locator("dialog:modal :focus")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop the run" }).ClickAsync();

        await page.WaitForStateAsync("Aborted");
        await page.GetByText("stopped from the live page", new() { Exact = true }).WaitForAsync();
        using var api = await cluster.StatusAsync();
        Assert.Equal("aborted", api.RootElement.GetProperty("verdict").GetString());
        Assert.Equal($"{api.RootElement.GetProperty("books").GetProperty("lost").GetInt64():N0}", await page.Figure("lost").InnerTextAsync());
        Assert.Contains("worker_lost", api.RootElement.GetProperty("events").EnumerateArray().Select(each => each.GetProperty("kind").GetString()));
        Assert.Empty(browser.Complaints);
        Assert.Equal(11, await cluster.EndAsync());
    }

    [Fact]
    public async Task Without_the_token_a_browser_gets_neither_runs_nor_a_circuit()
    {
        await using var browser = await Browser.StartAsync();
        await using var cluster = await PageCluster.StartAsync(1, ["--rate", "50", "--duration", "60s"], "a-token-of-this-test");
        await cluster.StartWorkersAsync();
        var page = await browser.OpenAsync(cluster.Address);

        Assert.DoesNotContain("loadgen", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await page.Locator("script[src*=blazor]").CountAsync());
        Assert.Equal(401, (await page.Context.APIRequest.GetAsync(new Uri(cluster.Address, "_blazor/negotiate").ToString())).Status);
        Assert.Equal(401, (await page.Context.APIRequest.GetAsync(new Uri(cluster.Address, "runs").ToString())).Status);

        await page.GetByLabel("Token of this coordinator").FillAsync("another");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the runs" }).ClickAsync();
        await page.GetByRole(AriaRole.Alert).WaitForTextAsync("Wrong token.");
        await page.GetByLabel("Token of this coordinator").FillAsync("a-token-of-this-test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the runs" }).ClickAsync();
        await page.WaitForStateAsync("Running");

        await page.ReloadAsync();
        await page.WaitForStateAsync("Running");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop the run" }).ClickAsync();
        await page.WaitForStateAsync("Aborted");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Download the result").ClickAsync());
        using var result = JsonDocument.Parse(await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken));
        Assert.Equal("aborted", result.RootElement.GetProperty("run").GetProperty("verdict").GetString());
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task A_run_of_an_earlier_process_is_shown_from_the_folder_of_results()
    {
        await using var browser = await Browser.StartAsync();
        var folder = Directory.CreateTempSubdirectory("loadgen-");
        var earlier = await LoadGenProgram.RunAsync(
            ["run", "--concurrency", "2", "--count", "123", "--out", folder.FullName, "--quiet"], cancellation: TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "other.json"), "{}", TestContext.Current.CancellationToken);
        await using var cluster = await PageCluster.StartAsync(1, ["--rate", "50", "--duration", "60s", "--out", folder.FullName]);
        var id = Path.GetFileNameWithoutExtension(Assert.Single(folder.GetFiles("2*.json")).Name);
        var page = await browser.OpenAsync(cluster.Address);

        await page.Locator($"tr[data-run='{id}'] a").First.ClickAsync();

        await Assertions.Expect(page.Figure("completed")).ToHaveTextAsync("123");
        await page.GetByText(id).First.WaitForAsync();
        Assert.True(earlier.ExitCode is 0 or 12, earlier.StandardError);
        Assert.Equal(2, await page.Locator("tr[data-run]").CountAsync());
        Assert.Empty(browser.Complaints);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_coordinator_that_goes_with_its_run_lets_the_page_show_the_verdict_first()
    {
        await using var browser = await Browser.StartAsync();
        await using var run = LoadGenProgram.Start(["run", "--rate", "50", "--duration", "5s", "--metrics-port", "0"]);
        var line = await run.WaitForLineAsync("live page on ", TestContext.Current.CancellationToken);
        var page = await browser.OpenAsync(new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()));
        await page.WaitForStateAsync("Running");

        var code = await run.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        Assert.Contains(await page.State().InnerTextAsync(), new[] { "Pass", "Inconclusive" });
        Assert.Contains(code, new[] { 0, 12 });
        await page.GetByText("No response from the coordinator").WaitForAsync();
        await Accessibility.AssertSoundAsync(page);
    }

    [Fact]
    public async Task A_waiting_coordinator_says_how_to_hand_a_plan_over_and_shows_what_was_handed_over()
    {
        await using var browser = await Browser.StartAsync();
        var seed = $"127.0.0.1:{FreePort.Take()}";
        await using var waiting = LoadGenProgram.Start(["coordinator", "--listen", seed, "--http", "127.0.0.1:0"]);
        var line = await waiting.WaitForLineAsync("accepting plans at ", TestContext.Current.CancellationToken);
        var address = line.Split(' ')[3].TrimEnd(';');
        await using var worker = LoadGenProgram.Start(["worker", "--seed", seed]);
        await using var target = await BuiltInTargetProcess.StartAsync();
        var page = await browser.OpenAsync(new Uri(address));
        await page.GetByText($"loadgen submit plan.yaml --to {address}").WaitForAsync();

        foreach (var count in (string[])["100", "200"])
        {
            var program = await LoadGenProgram.RunAsync(
                ["submit", "--to", address, "--target", target.Address, "--cacert", target.AuthorityPath, "--concurrency", "2", "--count", count, "--quiet"],
                cancellation: TestContext.Current.CancellationToken);
            Assert.True(program.ExitCode is 0 or 12, program.StandardError);
            await Assertions.Expect(page.Figure("completed")).ToHaveTextAsync(count);
        }

        await Assertions.Expect(page.Locator("tr[data-run]")).ToHaveCountAsync(2);
        Assert.Empty(browser.Complaints);
    }

    [Theory]
    [InlineData(1280, 800, ColorScheme.Light)]
    [InlineData(1280, 800, ColorScheme.Dark)]
    [InlineData(390, 844, ColorScheme.Light)]
    public async Task Every_control_has_a_name_every_text_has_contrast_and_nothing_is_cut_off(int width, int height, ColorScheme colours)
    {
        await using var browser = await Browser.StartAsync();
        await using var cluster = await PageCluster.StartAsync(1, ["--rate", "50", "--duration", "60s"]);
        await cluster.StartWorkersAsync();
        var page = await browser.OpenAsync(cluster.Address, new BrowserNewContextOptions { ViewportSize = new() { Width = width, Height = height }, ColorScheme = colours });
        await page.WaitForStateAsync("Running");
        await page.GetByRole(AriaRole.Img, new() { Name = "Response time from" }).WaitForAsync();

        await Accessibility.AssertSoundAsync(page);
        Assert.Equal(1, await page.GetByRole(AriaRole.Main).CountAsync());
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "the page is wider than its window");

        // What changes each second is not read out.
        var readOut = await page.Locator("[role=status], [role=log], [aria-live]:not([aria-live=off])").AllInnerTextsAsync();
        Assert.Equal("Running", Assert.Single(readOut, text => text.Trim().Length > 0));

        var dark = page.GetByRole(AriaRole.Button, new() { Name = "Dark" });
        var before = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        await dark.ClickAsync();
        await Assertions.Expect(dark).ToHaveAttributeAsync("aria-pressed", colours == ColorScheme.Dark ? "false" : "true");
        Assert.NotEqual(before, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        await Accessibility.AssertSoundAsync(page);
        Assert.Empty(browser.Complaints);
    }
}
