using System.Buffers.Text;
using System.Text;

namespace LoadGen.Tls.StartTls;

/// <summary>
/// A dialogue of replies with a code of three digits, on one line or on several: RFC 5321 section 4.2 and RFC 959
/// section 4.2. In FTP the lines between the first and the last are free text; in SMTP each line carries the code.
/// </summary>
internal abstract class ReplyDialogue(string protocol, bool allowsFreeText) : LineDialogue
{
    // The code of a multi-line reply that is not complete yet.
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

    /// <summary>Ends the dialogue with an unexpected reply: 4xx and 5xx are refusals, any other breaks the protocol.</summary>
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

/// <summary>AUTH TLS of FTP, RFC 4217 section 4.</summary>
internal sealed class FtpDialogue() : ReplyDialogue("FTP", allowsFreeText: true)
{
    private static readonly byte[] AuthTls = "AUTH TLS\r\n"u8.ToArray();

    private bool _asked;

    protected override Step TakeReplyLine(int code, ReadOnlySpan<byte> line, bool isLast)
    {
        switch (_asked, code)
        {
            // 120 announces a delay; another reply follows (RFC 959 section 5.4).
            case var _ when !isLast:
            case (false, 120):
                return Step.NeedMore;
            case (false, 220):
                _asked = true;
                return Step.Say(AuthTls);
            case (true, 234):
                return Step.Ready;
            default:
                return End(code, line);
        }
    }
}

/// <summary>STARTTLS of SMTP, RFC 3207 section 4.</summary>
internal sealed class SmtpDialogue() : ReplyDialogue("SMTP", allowsFreeText: false)
{
    // A client without a host name sends an address literal (RFC 5321 section 4.1.1.1).
    private static readonly byte[] Ehlo = "EHLO [127.0.0.1]\r\n"u8.ToArray();
    private static readonly byte[] StartTls = "STARTTLS\r\n"u8.ToArray();

    private Asked _asked;
    private bool _sawDomain;
    private bool _offersTls;

    private enum Asked
    {
        Nothing,
        Ehlo,
        StartTls,
    }

    protected override Step TakeReplyLine(int code, ReadOnlySpan<byte> line, bool isLast)
    {
        NoteOffer(line);
        if (!isLast)
        {
            return Step.NeedMore;
        }

        switch (_asked, code)
        {
            case (Asked.Nothing, 220):
                _asked = Asked.Ehlo;
                return Step.Say(Ehlo);
            case (Asked.Ehlo, 250) when _offersTls:
                _asked = Asked.StartTls;
                return Step.Say(StartTls);
            case (Asked.Ehlo, 250):
                return Step.Refused("the server does not offer STARTTLS");
            case (Asked.StartTls, 220):
                return Step.Ready;
            default:
                return End(code, line);
        }
    }

    // The reply to EHLO has the server's domain in the first line and a keyword in each further line (RFC 5321 section 4.1.1.1).
    private void NoteOffer(ReadOnlySpan<byte> line)
    {
        const int KeywordAt = 4;
        if (_asked != Asked.Ehlo || line.Length < KeywordAt)
        {
            return;
        }

        var rest = line[KeywordAt..];
        var end = rest.IndexOf((byte)' ');
        _offersTls |= _sawDomain && Ascii.EqualsIgnoreCase(end < 0 ? rest : rest[..end], "STARTTLS"u8);
        _sawDomain = true;
    }
}
