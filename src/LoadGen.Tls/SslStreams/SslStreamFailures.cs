using System.Text.RegularExpressions;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.SslStreams;

/// <summary>What the errors of SslStream mean. It tells causes in texts and numbers of the library underneath only.</summary>
internal static partial class SslStreamFailures
{
    /// <summary>OpenSSL reports a received alert as the reason 1000 + its number (SSL_R_SSLV3_ALERT_..., in sslerr.h).</summary>
    private const int FirstAlertReason = 1000;

    /// <summary>A reason is the low 23 bits of an error code of OpenSSL 3 (ERR_GET_REASON, in err.h).</summary>
    private const int ReasonMask = 0x7fffff;

    /// <summary>The kind, the side and the alert of an error, by its messages from the outermost to the innermost.</summary>
    public static (FailureKind Kind, FaultSide Side, string? Alert) Classify(IEnumerable<string> messages)
    {
        foreach (var message in messages)
        {
            if (ErrorCode().Match(message) is { Success: true } match)
            {
                var reason = Convert.ToInt32(match.Groups["code"].Value, 16) & ReasonMask;
                if (reason is >= FirstAlertReason and <= FirstAlertReason + byte.MaxValue)
                {
                    return (FailureKind.AlertReceived, FaultSide.Server, AlertNames.Of(reason - FirstAlertReason));
                }
            }

            if (message.Contains("unexpected EOF", StringComparison.OrdinalIgnoreCase) || message.Contains("0 bytes from the transport", StringComparison.OrdinalIgnoreCase))
            {
                return (FailureKind.ClosedEarly, FaultSide.Server, null);
            }
        }

        return (FailureKind.ProtocolError, FaultSide.Server, null);
    }

    [GeneratedRegex("error:(?<code>[0-9A-Fa-f]{8}):")]
    private static partial Regex ErrorCode();
}
