using MudBlazor;

namespace LoadGen.Web.Page;

/// <summary>Colours and letters of MudBlazor's components, the same as in live.css.</summary>
internal static class Look
{
    private static readonly string[] Letters = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Ubuntu", "Cantarell", "Noto Sans", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1f5fbf",
            Error = "#b42318",
            Background = "#f5f6f8",
            Surface = "#ffffff",
            TextPrimary = "#1a1f26",
            TextSecondary = "#56606d",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#7ab0ff",
            Error = "#ff8a7a",
            ErrorContrastText = "#1a1f26",
            Background = "#0f1317",
            Surface = "#171c22",
            TextPrimary = "#e6e9ed",
            TextSecondary = "#9aa5b1",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Letters },
            Button = new ButtonTypography { FontFamily = Letters, TextTransform = "none" },
        },
    };
}
