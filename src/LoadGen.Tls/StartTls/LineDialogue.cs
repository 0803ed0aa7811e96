using System.Text;

namespace LoadGen.Tls.StartTls;

/// <summary>A dialogue of lines that end in CR LF; LF alone is accepted too.</summary>
internal abstract class LineDialogue : Dialogue
{
    /// <summary>Takes the next line, without its line ending.</summary>
    protected abstract Step TakeLine(ReadOnlySpan<byte> line);

    protected sealed override Step Read(ReadOnlySpan<byte> unread, out int used)
    {
        var end = unread.IndexOf((byte)'\n');
        used = end + 1;
        if (end < 0)
        {
            return Step.NeedMore;
        }

        var line = unread[..end];
        return TakeLine(line is [.., (byte)'\r'] ? line[..^1] : line);
    }

    /// <summary>Ends the dialogue with a reply that the protocol defines as a refusal.</summary>
    protected static Step Refuse(ReadOnlySpan<byte> line) => Step.Refused($"the server replied: {Excerpt.Of(line)}");

    /// <summary>Ends the dialogue with a line that the protocol does not allow here.</summary>
    protected static Step Break(string protocol, ReadOnlySpan<byte> line)
        => Step.Broken($"unexpected {protocol} reply: {Excerpt.Of(line)}");
}

/// <summary>STLS of POP3, RFC 2595 section 4; the answers are those of RFC 1939 section 3.</summary>
internal sealed class Pop3Dialogue : LineDialogue
{
    private static readonly byte[] Stls = "STLS\r\n"u8.ToArray();

    private bool _asked;

    protected override Step TakeLine(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("+OK"u8))
        {
            return line.StartsWith("-ERR"u8) ? Refuse(line) : Break("POP3", line);
        }

        if (_asked)
        {
            return Step.Ready;
        }

        _asked = true;
        return Step.Say(Stls);
    }
}

/// <summary>STARTTLS of IMAP, RFC 9051 section 6.2.1 and RFC 3501 section 6.2.1.</summary>
internal sealed class ImapDialogue : LineDialogue
{
    private static readonly byte[] StartTls = "a1 STARTTLS\r\n"u8.ToArray();

    private bool _asked;

    protected override Step TakeLine(ReadOnlySpan<byte> line)
    {
        // An authenticated connection cannot be switched to TLS any more.
        if (Is(line, "* BYE"u8) || (!_asked && Is(line, "* PREAUTH"u8)))
        {
            return Refuse(line);
        }

        if (!_asked)
        {
            _asked = Is(line, "* OK"u8);
            return _asked ? Step.Say(StartTls) : Break("IMAP", line);
        }

        // The server may send untagged data at any time (RFC 9051 section 7).
        return line.StartsWith("* "u8) ? Step.NeedMore
            : Is(line, "a1 OK"u8) ? Step.Ready
            : Is(line, "a1 NO"u8) || Is(line, "a1 BAD"u8) ? Refuse(line)
            : Break("IMAP", line);
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> start)
        => line.Length >= start.Length && Ascii.EqualsIgnoreCase(line[..start.Length], start)
            && (line.Length == start.Length || line[start.Length] == ' ');
}
