using System.Net;
using System.Text;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans;

/// <summary>What each value of a plan may be.</summary>
internal static class PlanRules
{
    public const int MostPerSecond = 1_000_000;
    public const int MostConnections = 1_000_000;
    public const int MostWeight = 1000;

    /// <summary>Each target and each profile is a label value of every metric; more would swamp what collects them.</summary>
    public const int MostNames = 100;

    public const int MostServerNames = 10_000;
    public const int MostSources = 256;
    public const int MostStages = 1000;
    public const int LeastRsaBits = 2048;
    public const int MostRsaBits = 16_384;
    public const int LongestName = 100;

    /// <summary>Of different CA certificates: several times those of an operating system. The plan goes to the workers in one message, whose frame of 16 MiB has an end.</summary>
    public const int MostAuthorityCharacters = 1024 * 1024;

    /// <summary>Of different client certificates and keys: some thousand of them. With the authorities they fit into that message.</summary>
    public const int MostIdentityCharacters = 4 * 1024 * 1024;

    public const string LabelRemedy = "write 1 to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit";
    public const string AuthorizedRemedy =
        "write it without a port, such as gateway.example.com, 198.51.100.7 or 198.51.100.0/24 (no bits set after the prefix)";

    public static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan MostTimeout = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan MostTrickle = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan MostHold = TimeSpan.FromHours(1);
    public static readonly TimeSpan MostDuration = TimeSpan.FromDays(30);

    /// <summary>More arrivals than the fastest and longest run can have.</summary>
    public static readonly long MostArrivals = MostPerSecond * (long)MostDuration.TotalSeconds;

    /// <summary>The name of a plan.</summary>
    public static bool IsName(string text) => text.Trim().Length is > 0 and <= LongestName && !text.Any(char.IsControl);

    /// <summary>A name that can be a label of a metric.</summary>
    public static bool IsLabel(string text) => text.Length is > 0 and <= 64
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');

    /// <summary>What may be loaded although it is neither loopback nor private: a host or a CIDR block.</summary>
    public static bool IsAuthorizable(string text)
        => text.Contains('/', StringComparison.Ordinal) ? IPNetwork.TryParse(text, out _) : HostText.IsHost(text);

    /// <summary>An ALPN protocol name (RFC 7301 section 3.1).</summary>
    public static bool IsProtocolName(string text) => Encoding.UTF8.GetByteCount(text) is >= 1 and <= 255;

    /// <summary>A pre-shared key in hexadecimal digits.</summary>
    public static bool IsKey(string hex) => hex.Length is >= 2 and <= 512 && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit);

    /// <summary>The identity of a pre-shared key.</summary>
    public static bool IsIdentity(string text) => Encoding.UTF8.GetByteCount(text) is >= 1 and <= 1024;

    public static bool IsRate(double perSecond, bool mayBeZero) => perSecond <= MostPerSecond && (perSecond > 0 || (mayBeZero && perSecond == 0));
}
