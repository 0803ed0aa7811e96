using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;

namespace LoadGen.Live;

/// <summary>How far a run has come through the stages of its plan.</summary>
/// <param name="Done">Characters of the bar that are done.</param>
/// <param name="Width">Characters of the bar.</param>
/// <param name="Borders">Where in the bar a stage begins, but for the first.</param>
/// <param name="Stage">The current stage, from 1.</param>
/// <param name="Stages">How many there are.</param>
/// <param name="Left">The time that is left.</param>
internal sealed record StageBar(int Done, int Width, IReadOnlyList<int> Borders, int Stage, int Stages, TimeSpan Left)
{
    /// <summary>The bar for a moment; <see langword="null"/> for a load that only a count bounds.</summary>
    public static StageBar? Of(RunProgress progress, int width)
    {
        if (progress.Duration is not { } duration || duration <= TimeSpan.Zero)
        {
            return null;
        }

        var parts = (progress.Plan?.Load as Load.Open)?.Schedule.Shape is Stages stages ? stages.Parts : [];
        var borders = new List<int>();
        var at = TimeSpan.Zero;
        foreach (var part in parts.SkipLast(1))
        {
            at += part.Duration;
            borders.Add((int)(at / duration * width));
        }

        var elapsed = progress.Elapsed < duration ? progress.Elapsed : duration;
        return new StageBar((int)(elapsed / duration * width), width, borders, progress.LoadStage + 1, Math.Max(1, parts.Count), duration - elapsed);
    }

    /// <summary>The bar: what is done, and what is to come. The two differ by more than colour, which a terminal may not have.</summary>
    public (string Done, string ToCome) Draw(bool unicode)
    {
        var (done, toCome, doneBorder, borderToCome) = unicode ? ('━', '─', '┃', '│') : ('=', '-', '|', '|');
        var bar = new string([.. Enumerable.Range(0, Width).Select(i => (Borders.Contains(i), i < Done) switch
        {
            (true, true) => doneBorder,
            (true, false) => borderToCome,
            (false, true) => done,
            _ => toCome,
        })]);
        return (bar[..Done], bar[Done..]);
    }
}
