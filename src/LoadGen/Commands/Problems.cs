using LoadGen.Core.Plans.Units;

namespace LoadGen.Commands;

/// <summary>What is wrong with the command line beyond its grammar; told all at once.</summary>
internal sealed class Problems
{
    private readonly List<string> _sentences = [];

    public bool Any => _sentences.Count > 0;

    public void Add(string sentence) => _sentences.Add(sentence);

    /// <summary>Reads a duration; what cannot be read is a problem.</summary>
    public TimeSpan? Duration(string flag, string? text)
    {
        if (text is not null && DurationText.TryParse(text, out var duration))
        {
            return duration;
        }

        Add($"{flag}: '{text}' is not a duration; write one such as {DurationText.Examples}");
        return null;
    }

    /// <summary>Writes every problem to standard error.</summary>
    /// <returns>The exit code for bad usage.</returns>
    public int Tell()
    {
        foreach (var sentence in _sentences)
        {
            Console.Error.WriteLine($"loadgen: {sentence}");
        }

        return ExitCode.Usage;
    }
}
