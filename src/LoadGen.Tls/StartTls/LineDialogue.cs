namespace LoadGen.Tls.StartTls;

/// <summary>A dialogue of lines. They should end in CR LF; a server that sends LF alone is understood.</summary>
internal abstract class LineDialogue : Dialogue
{
    /// <summary>Takes the next line, without its end.</summary>
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

    /// <summary>The end, by an answer that the protocol has for it.</summary>
    protected static Step Refuse(ReadOnlySpan<byte> line) => Step.Refused($"the server said: {Excerpt.Of(line)}");

    /// <summary>The end, by a line that the protocol does not have here.</summary>
    protected static Step Break(string protocol, ReadOnlySpan<byte> line)
        => Step.Broken($"the server did not answer as {protocol} does, it said: {Excerpt.Of(line)}");
}
