using System.Buffers.Text;

namespace LoadGen.Tls.StartTls;

/// <summary>
/// A dialogue of replies with a code of three digits, on one line or on several: RFC 5321 section 4.2 and RFC 959
/// section 4.2. In FTP the lines between the first and the last are free text; in SMTP each has the code.
/// </summary>
internal abstract class ReplyDialogue(string protocol, bool allowsFreeText) : LineDialogue
{
    // The code of a reply whose last line has not come.
    private int? _open;

    /// <summary>Takes the next line of a reply: its code, the whole line, and whether it is the reply's last.</summary>
    protected abstract Step TakeReplyLine(int code, ReadOnlySpan<byte> line, bool isLast);

    protected sealed override Step TakeLine(ReadOnlySpan<byte> line)
    {
        if (!TryReadCode(line, out var code, out var isLast) || (_open ?? code) != code)
        {
            return _open is not null && allowsFreeText ? Step.NeedMore : Break(protocol, line);
        }

        _open = isLast ? null : code;
        return TakeReplyLine(code, line, isLast);
    }

    /// <summary>The end, by a reply that is not the hoped-for one: 4xx and 5xx are refusals, others have no meaning here.</summary>
    protected Step End(int code, ReadOnlySpan<byte> line) => code is >= 400 and <= 599 ? Refuse(line) : Break(protocol, line);

    private static bool TryReadCode(ReadOnlySpan<byte> line, out int code, out bool isLast)
    {
        const int Digits = 3;
        code = 0;
        isLast = line.Length == Digits || (line.Length > Digits && line[Digits] == ' ');
        return (isLast || (line.Length > Digits && line[Digits] == '-'))
            && Utf8Parser.TryParse(line[..Digits], out code, out var parsed) && parsed == Digits && code is >= 100 and <= 599;
    }
}
