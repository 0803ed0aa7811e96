namespace LoadGen.Cluster.Protocol;

/// <summary>
/// What the values in messages may be. No node is believed: a value out of its range makes its message malformed, before
/// anything is done with it.
/// </summary>
internal static class WireValues
{
    /// <summary>A worker's part of the work; larger ones would crowd the others out, or overflow their sum.</summary>
    public const int MostWeight = 1000;

    private const int LongestRunId = 64;
    private const int LongestWorkerId = 160;
    private const int LongestName = 300;
    private const int LongestSentence = 1000;
    private const int MostSentences = 1000;

    /// <summary>More arrivals than any run can have (PlanRules); sums over workers and reports stay far from overflow.</summary>
    private const long MostArrivals = 1L << 42;

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(36_525);

    /// <summary>A run's id: it becomes a file's name and a part of addresses.</summary>
    public static string RunId(string text) => text.Length is > 0 and <= LongestRunId && text[0] != '.' && text.All(IsNameCharacter)
        ? text
        : throw new ArgumentException($"'{Clean(text, 40)}' is not a run's id");

    /// <summary>A run's id, or nothing where no run is meant.</summary>
    public static string RunIdOrNone(string text) => text.Length == 0 ? text : RunId(text);

    /// <summary>A worker's id: it becomes a label of metrics and a key of results.</summary>
    public static string WorkerId(string text) => text.Length is > 0 and <= LongestWorkerId && text.All(character => IsNameCharacter(character) || character == ':')
        ? text
        : throw new ArgumentException($"'{Clean(text, 40)}' is not a worker's id");

    /// <summary>A host, a process or a version: short, and harmless to a terminal.</summary>
    public static string Name(string what, string text) => text.Length <= LongestName && !text.Any(char.IsControl)
        ? text
        : throw new ArgumentException($"{what} has {text.Length} characters, or some that cannot be printed");

    /// <summary>A sentence for people, as <see cref="Said(string)"/> leaves it.</summary>
    public static string Sentence(string text) => text.Length <= LongestSentence && !text.Any(char.IsControl)
        ? text
        : throw new ArgumentException($"a reason has {text.Length} characters, or some that cannot be printed");

    public static IReadOnlyList<string> Sentences(IReadOnlyCollection<string> texts) => texts.Count is >= 1 and <= MostSentences
        ? [.. texts.Select(Sentence)]
        : throw new ArgumentException($"there are {texts.Count} reasons");

    /// <summary>A sentence in the form that the other end takes: exceptions and servers say more than a line.</summary>
    public static string Said(string text) => Clean(text, LongestSentence);

    public static IEnumerable<string> Said(IEnumerable<string> texts) => texts.Take(MostSentences).Select(Said);

    public static int Weight(int weight) => (int)Within("the weight", weight, 1, MostWeight);

    /// <summary>Which coordinator, of a message that one sent: from 1.</summary>
    public static int Term(int term) => (int)Within("the term", term, 1, int.MaxValue);

    public static int Version(int version) => (int)Within("the version", version, 1, int.MaxValue);

    public static long Number(long number) => Within("the number", number, 1, long.MaxValue);

    /// <summary>How many of something, zero among it.</summary>
    public static long Count(string what, long count) => Within(what, count, 0, MostArrivals);

    public static long Within(string what, long value, long least, long most)
        => value >= least && value <= most ? value : throw new ArgumentException($"{what} is {value}, which is not from {least} to {most}");

    /// <summary>A time that is never negative.</summary>
    public static TimeSpan Time(string what, long ticks) => new(Within($"{what} in ticks", ticks, 0, LongestTime.Ticks));

    /// <summary>A moment by a clock that may have started later.</summary>
    public static TimeSpan Moment(string what, long ticks) => new(Within($"{what} in ticks", ticks, -LongestTime.Ticks, LongestTime.Ticks));

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.';

    private static string Clean(string text, int longest)
        => string.Concat((text.Length > longest ? text[..longest] : text).Select(character => char.IsControl(character) ? ' ' : character));
}
