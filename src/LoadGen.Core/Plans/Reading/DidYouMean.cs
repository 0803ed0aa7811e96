using F23.StringSimilarity;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Guesses which allowed word a wrong one was meant to be.</summary>
public static class DidYouMean
{
    // Longer lists than this would bury the message, so they are shown only when there is no guess.
    private const int ShortList = 20;

    // Letters that are missing, extra, wrong or swapped.
    private static readonly OptimalStringAlignment Typing = new();

    /// <summary>A remedy that names the likely word, all allowed words, or both.</summary>
    public static string Remedy(string wrong, IReadOnlyCollection<string> allowed)
    {
        var guess = Guess(wrong, allowed);
        return guess is null ? $"expected {OneOf(allowed)}" : allowed.Count > ShortList ? $"did you mean {guess}?" : $"did you mean {guess}? Expected {OneOf(allowed)}";
    }

    /// <summary>All allowed words: <c>one of a, b</c>.</summary>
    public static string OneOf(IReadOnlyCollection<string> allowed) => allowed.Count == 1 ? allowed.First() : $"one of {string.Join(", ", allowed)}";

    /// <summary>The word that was meant, if one is near enough.</summary>
    public static string? Guess(string wrong, IEnumerable<string> allowed)
    {
        var bare = Bare(wrong);
        var best = allowed
            .Select(word => (Word: word, Distance: Typing.Distance(bare, Bare(word))))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(1, Math.Min(bare.Length, best.Word.Length) / 3) ? best.Word : null;
    }

    // OpenSSL's ECDHE-RSA-AES128-GCM-SHA256 and IANA's TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 are the same when bare.
    private static string Bare(string word)
        => string.Concat(word.ToUpperInvariant().Replace("_WITH_", "", StringComparison.Ordinal).Where(char.IsAsciiLetterOrDigit)) is var bare
            && bare.StartsWith("TLS", StringComparison.Ordinal)
            ? bare[3..]
            : bare;
}
