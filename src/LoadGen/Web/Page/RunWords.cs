namespace LoadGen.Web.Page;

/// <summary>The words of the live page for what the API says in one.</summary>
internal static class RunWords
{
    /// <summary>What the run is doing, or what came of it.</summary>
    public static string State(RunStatus run) => run.Verdict is { } verdict ? $"{char.ToUpperInvariant(verdict[0])}{verdict[1..]}" : run.State switch
    {
        "waiting" => "Waiting for its turn",
        "forming" => "Waiting for workers",
        "preparing" => "Preparing workers",
        "running" => "Running",
        "stopping" => "Stopping",
        _ => "No result",
    };

    /// <summary>The style of a state or verdict.</summary>
    public static string Tone(RunStatus run) => (run.Verdict ?? run.State) switch
    {
        "pass" => "good",
        "fail" or "ended" => "bad",
        "running" => "busy",
        "inconclusive" or "aborted" or "stopping" => "warn",
        _ => "idle",
    };

    /// <summary>Minutes and seconds, hours where there are any.</summary>
    public static string Clock(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Floor(seconds));
        return time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{(int)time.TotalMinutes}:{time:ss}";
    }
}
