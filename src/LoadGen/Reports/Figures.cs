namespace LoadGen.Reports;

/// <summary>Figures as people read them.</summary>
internal static class Figures
{
    /// <summary>Milliseconds with the three digits that a histogram knows.</summary>
    public static string Milliseconds(double milliseconds) => milliseconds switch
    {
        < 1 => $"{milliseconds:0.000}",
        < 10 => $"{milliseconds:0.00}",
        < 100 => $"{milliseconds:0.0}",
        _ => $"{milliseconds:N0}",
    };
}
