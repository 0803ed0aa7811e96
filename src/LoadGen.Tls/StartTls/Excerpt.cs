using System.Text;

namespace LoadGen.Tls.StartTls;

/// <summary>What a server said, made fit for a sentence.</summary>
internal static class Excerpt
{
    private const int Longest = 120;

    /// <summary>Its printable ASCII characters, question marks for others, and not more than a line of it.</summary>
    public static string Of(ReadOnlySpan<byte> said)
    {
        var text = new StringBuilder(Math.Min(said.Length, Longest) + 1);
        foreach (var one in said[..Math.Min(said.Length, Longest)])
        {
            text.Append(one is >= 0x20 and < 0x7f ? (char)one : '?');
        }

        return text.Append(said.Length > Longest ? "…" : "").ToString();
    }
}
