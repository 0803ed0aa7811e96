namespace LoadGen.Tls.StartTls;

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
