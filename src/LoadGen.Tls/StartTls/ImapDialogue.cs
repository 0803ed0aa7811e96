using System.Text;

namespace LoadGen.Tls.StartTls;

/// <summary>STARTTLS of IMAP, RFC 9051 section 6.2.1 and RFC 3501 section 6.2.1.</summary>
internal sealed class ImapDialogue : LineDialogue
{
    private static readonly byte[] StartTls = "a1 STARTTLS\r\n"u8.ToArray();

    private bool _asked;

    protected override Step TakeLine(ReadOnlySpan<byte> line)
    {
        // A client that is authenticated already may not ask for TLS any more.
        if (Is(line, "* BYE"u8) || (!_asked && Is(line, "* PREAUTH"u8)))
        {
            return Refuse(line);
        }

        if (!_asked)
        {
            _asked = Is(line, "* OK"u8);
            return _asked ? Step.Say(StartTls) : Break("IMAP", line);
        }

        // The server may tell anything untagged at any time (RFC 9051 section 7).
        return line.StartsWith("* "u8) ? Step.NeedMore
            : Is(line, "a1 OK"u8) ? Step.Ready
            : Is(line, "a1 NO"u8) || Is(line, "a1 BAD"u8) ? Refuse(line)
            : Break("IMAP", line);
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> start)
        => line.Length >= start.Length && Ascii.EqualsIgnoreCase(line[..start.Length], start)
            && (line.Length == start.Length || line[start.Length] == ' ');
}
