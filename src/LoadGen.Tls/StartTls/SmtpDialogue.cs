using System.Text;

namespace LoadGen.Tls.StartTls;

/// <summary>STARTTLS of SMTP, RFC 3207 section 4.</summary>
internal sealed class SmtpDialogue() : ReplyDialogue("SMTP", allowsFreeText: false)
{
    // A client without a name of its own gives an address literal (RFC 5321 section 4.1.1.1).
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

    // The answer to EHLO has the server's domain in its first line and a keyword in each other (RFC 5321 section 4.1.1.1).
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
