using LoadGen.TestServers.Processes;
using Microsoft.Playwright;

namespace LoadGen.EndToEnd.Tests.LivePages;

/// <summary>Chromium, and what its pages complain of.</summary>
internal sealed class Browser : IAsyncDisposable
{
    // As root there is no sandbox to be had, and nothing but the page under test may be asked for anything.
    private static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly List<string> _complaints = [];

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Errors of the console and of scripts, and requests that failed or were made elsewhere, on any page.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
            {
                return [.. _complaints];
            }
        }
    }

    public static async Task<Browser> StartAsync()
    {
        var program = RealServers.Require("chromium");
        Assertions.SetDefaultExpectTimeout((float)ChildProcess.Patience.TotalMilliseconds);
        var playwright = await Playwright.CreateAsync();
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = Flags }));
    }

    /// <summary>Opens a page in a profile of its own.</summary>
    public async Task<IPage> OpenAsync(Uri address, BrowserNewContextOptions? options = null)
    {
        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout((float)ChildProcess.Patience.TotalMilliseconds);
        var page = await context.NewPageAsync();
        page.Console += (_, message) => Complain(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => Complain(true, $"script: {error}");
        page.Response += (_, response) => Complain(response.Status >= 400, $"{response.Status} {response.Url}");
        page.RequestFailed += (_, request) => Complain(request.Failure != "net::ERR_ABORTED", $"{request.Failure} {request.Url}");
        page.Request += (_, request) => Complain(new Uri(request.Url) is { Scheme: "http" or "https" or "ws" } url && url.Authority != address.Authority, $"a request elsewhere: {request.Url}");
        await page.GotoAsync(address.ToString());
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private void Complain(bool isTrouble, string complaint)
    {
        if (isTrouble)
        {
            lock (_complaints)
            {
                _complaints.Add(complaint);
            }
        }
    }
}
