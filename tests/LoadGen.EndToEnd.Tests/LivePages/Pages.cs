using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace LoadGen.EndToEnd.Tests.LivePages;

/// <summary>What a person sees on the live page.</summary>
internal static class Pages
{
    public static ILocator State(this IPage page) => page.GetByRole(AriaRole.Status);

    public static ILocator Figure(this IPage page, string name) => page.Locator($"[data-figure='{name}']").First;

    public static ILocator Events(this IPage page) => page.GetByRole(AriaRole.List, new() { NameRegex = new Regex("^Events") });

    public static Task WaitForStateAsync(this IPage page, string state) => Assertions.Expect(page.State()).ToHaveTextAsync(state);

    public static Task WaitForTextAsync(this ILocator locator, string text) => Assertions.Expect(locator).ToContainTextAsync(text);

    /// <summary>The cells of a table's row, without its heading.</summary>
    public static Task<IReadOnlyList<string>> RowAsync(this IPage page, string row) => page.Locator($"tr[data-row='{row}'] td").AllInnerTextsAsync();

    /// <summary>Milliseconds as the page writes them.</summary>
    public static string Milliseconds(JsonElement milliseconds) => milliseconds.GetDouble() switch
    {
        < 1 and var time => $"{time:0.000}",
        < 10 and var time => $"{time:0.00}",
        < 100 and var time => $"{time:0.0}",
        var time => $"{time:N0}",
    };
}
