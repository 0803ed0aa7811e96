namespace LoadGen.Tls.StartTls;

/// <summary>AUTH TLS of FTP, RFC 4217 section 4.</summary>
internal sealed class FtpDialogue() : ReplyDialogue("FTP", allowsFreeText: true)
{
    private static readonly byte[] AuthTls = "AUTH TLS\r\n"u8.ToArray();

    private bool _asked;

    protected override Step TakeReplyLine(int code, ReadOnlySpan<byte> line, bool isLast)
    {
        switch (_asked, code)
        {
            // 120 tells when the server will be ready; another reply follows it (RFC 959 section 5.4).
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
