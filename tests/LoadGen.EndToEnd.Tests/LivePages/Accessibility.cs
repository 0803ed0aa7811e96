using Microsoft.Playwright;

namespace LoadGen.EndToEnd.Tests.LivePages;

/// <summary>Checks of a page, after the success criteria of WCAG 2.2 that they name.</summary>
internal static class Accessibility
{
    public static async Task AssertSoundAsync(IPage page)
    {
        var faults = await page.EvaluateAsync<string[]>(Faults);
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    /// <summary>A script that tells what is wrong, one sentence each.</summary>
    private const string Faults = """
        () => {
          const faults = [];
          const shown = element => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
          const nameOf = element => (element.getAttribute('aria-label')
            ?? element.getAttribute('aria-labelledby')?.split(' ').map(id => document.getElementById(id)?.textContent ?? '').join(' ')
            ?? element.labels?.[0]?.textContent ?? element.textContent).trim();

          // 4.1.2: every control has a name; 1.1.1: so has every picture.
          for (const control of document.querySelectorAll('a[href], button, input, select, textarea, [tabindex], [role=button], [role=progressbar], svg[role=img]'))
            if (shown(control) && !nameOf(control)) faults.push(`no name: ${control.outerHTML.slice(0, 120)}`);
          for (const picture of document.querySelectorAll('svg:not([role=img]), img:not([alt])'))
            if (shown(picture) && !picture.closest('[aria-hidden=true]')) faults.push(`neither named nor hidden: ${picture.outerHTML.slice(0, 120)}`);

          // 1.3.1: what is referred to is there, sections have headings, columns have headings.
          for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
            for (const id of `${element.getAttribute('aria-labelledby') ?? ''} ${element.getAttribute('aria-describedby') ?? ''}`.split(' ').filter(Boolean))
              if (!document.getElementById(id)) faults.push(`refers to nothing: ${id}`);
          for (const table of document.querySelectorAll('table'))
            if (!table.querySelector('th[scope=col]')) faults.push(`no headings: ${table.textContent.slice(0, 60)}`);
          if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
          if (!document.documentElement.lang) faults.push('no language');
          if (!document.title) faults.push('no title');

          // 1.4.3: contrast of text against the nearest ground that is painted.
          const parse = colour => (colour.match(/[\d.]+/g) ?? []).map(Number);
          const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const ground = element => {
            for (let each = element; each; each = each.parentElement) {
              const colour = parse(getComputedStyle(each).backgroundColor);
              if (colour.length === 3 || colour[3] > 0.5) return colour;
            }
            return [255, 255, 255];
          };
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const element = texts.currentNode.parentElement;
            if (!texts.currentNode.textContent.trim() || !shown(element) || element.closest('script, style, noscript, [disabled], .unseen')) continue;
            const style = getComputedStyle(element);
            const [high, low] = [luminance(parse(style.color)), luminance(ground(element))].sort((a, b) => b - a);
            const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
            const ratio = (high + 0.05) / (low + 0.05);
            if (ratio < (large ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)}: ${texts.currentNode.textContent.trim().slice(0, 60)}`);
          }
          return faults;
        }
        """;
}
