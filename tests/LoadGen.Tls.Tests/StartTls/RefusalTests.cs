using LoadGen.Core.Handshakes;
using LoadGen.Tls.StartTls;

namespace LoadGen.Tls.Tests.StartTls;

/// <summary>Servers that do not want TLS, and servers that speak something else: what is told about them.</summary>
public sealed class RefusalTests
{
    private const string Stream = "<stream:stream>";
    private const string Offer = "<stream:stream><stream:features><starttls/></stream:features>";

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, "554-go away\r\n554 no service\r\n", "the server replied: 554 no service")]
    [InlineData(StartTlsProtocol.Smtp, "220 a\r\n502 what?\r\n", "the server replied: 502 what?")]
    [InlineData(StartTlsProtocol.Smtp, "220 a\r\n250-a\r\n250 PIPELINING\r\n", "the server does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Smtp, "220 a\r\n250 STARTTLS\r\n", "the server does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Smtp, "220-a\r\n220 STARTTLS\r\n250-a\r\n250 STARTTLS2\r\n", "the server does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Smtp, "220 a\r\n250-a\r\n250 STARTTLS\r\n454 TLS not available\r\n",
        "the server replied: 454 TLS not available")]
    [InlineData(StartTlsProtocol.Imap, "* BYE busy\r\n", "the server replied: * BYE busy")]
    [InlineData(StartTlsProtocol.Imap, "* PREAUTH welcome back\r\n", "the server replied: * PREAUTH welcome back")]
    [InlineData(StartTlsProtocol.Imap, "* OK\r\na1 BAD TLS support isn't enabled.\r\n",
        "the server replied: a1 BAD TLS support isn't enabled.")]
    [InlineData(StartTlsProtocol.Imap, "* OK\r\na1 NO\r\n", "the server replied: a1 NO")]
    [InlineData(StartTlsProtocol.Imap, "* OK\r\n* BYE\r\n", "the server replied: * BYE")]
    [InlineData(StartTlsProtocol.Pop3, "-ERR busy\r\n", "the server replied: -ERR busy")]
    [InlineData(StartTlsProtocol.Pop3, "+OK\r\n-ERR TLS support isn't enabled.\r\n", "the server replied: -ERR TLS support isn't enabled.")]
    [InlineData(StartTlsProtocol.Ldap, "0*\u0002\u0001\u0001x%\n\u0001\u0002\u0004\0\u0004\u001eunsupported extended operation",
        "the server replied: protocolError, unsupported extended operation")]
    [InlineData(StartTlsProtocol.Ldap, "0\u000c\u0002\u0001\0x\u0007\n\u0001\u0034\u0004\0\u0004\0", "the server replied: unavailable")]
    [InlineData(StartTlsProtocol.Ldap, "0\u000c\u0002\u0001\u0001x\u0007\n\u0001\u0063\u0004\0\u0004\0", "the server replied: result 99")]
    [InlineData(StartTlsProtocol.Postgres, "N", "the server does not offer TLS: it answered SSLRequest with N")]
    [InlineData(StartTlsProtocol.Postgres, "Ecould not fork\n\0", "the server answered SSLRequest with an error")]
    [InlineData(StartTlsProtocol.MySql, "\u0017\0\0\0\u00ff\u0010\u0004Too many connections", "the server replied: 1040 Too many connections")]
    [InlineData(StartTlsProtocol.MySql, "\u001d\0\0\0\u00ff\u0010\u0004#08004Too many connections",
        "the server replied: 1040 Too many connections")]
    [InlineData(StartTlsProtocol.MySql, "\u0012\0\0\0\n8\0\u0001\0\0\0abcdefgh\0\u00ff\u00f7",
        "the server does not offer TLS: CLIENT_SSL is not among its capabilities")]
    [InlineData(StartTlsProtocol.Ftp, "421 busy\r\n", "the server replied: 421 busy")]
    [InlineData(StartTlsProtocol.Ftp, "220 a\r\n530 Please login with USER and PASS.\r\n",
        "the server replied: 530 Please login with USER and PASS.")]
    [InlineData(StartTlsProtocol.Xmpp, Stream + "<stream:features><mechanisms/></stream:features>", "the server does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Xmpp, Stream + "<stream:features><a><starttls/></a></stream:features>",
        "the server does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Xmpp, Stream + "<stream:features/>", "the server does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Xmpp, Stream + "<stream:error><host-unknown/><text>no</text></stream:error>",
        "the server replied: stream error host-unknown")]
    [InlineData(StartTlsProtocol.Xmpp, Stream + "<stream:error/>", "the server replied: stream error without a condition")]
    [InlineData(StartTlsProtocol.Xmpp, Stream + "</stream:stream>", "the server ended the stream")]
    [InlineData(StartTlsProtocol.Xmpp, Offer + "<failure/></stream:stream>", "the server replied: failure")]
    public void A_server_that_does_not_want_tls_is_quoted(StartTlsProtocol protocol, string words, string sentence)
        => AssertEnd(Step.Refused(sentence), protocol, words);

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, "SSH-2.0-OpenSSH_9.2\r\n", "unexpected SMTP reply: SSH-2.0-OpenSSH_9.2")]
    [InlineData(StartTlsProtocol.Smtp, "\u001b[31m\u00e9\r\n", "unexpected SMTP reply: ?[31m?")]
    [InlineData(StartTlsProtocol.Smtp, "220-a\r\n250 b\r\n", "unexpected SMTP reply: 250 b")]
    [InlineData(StartTlsProtocol.Smtp, "220-a\r\nb\r\n", "unexpected SMTP reply: b")]
    [InlineData(StartTlsProtocol.Smtp, "220 a\r\n250-a\r\n250 STARTTLS\r\n250 ok\r\n",
        "unexpected SMTP reply: 250 ok")]
    [InlineData(StartTlsProtocol.Smtp, "+20 a\r\n", "unexpected SMTP reply: +20 a")]
    [InlineData(StartTlsProtocol.Imap, "* OKAY\r\n", "unexpected IMAP reply: * OKAY")]
    [InlineData(StartTlsProtocol.Imap, "a1 OK\r\n", "unexpected IMAP reply: a1 OK")]
    [InlineData(StartTlsProtocol.Imap, "* OK\r\na2 OK\r\n", "unexpected IMAP reply: a2 OK")]
    [InlineData(StartTlsProtocol.Pop3, "* OK\r\n", "unexpected POP3 reply: * OK")]
    [InlineData(StartTlsProtocol.Ldap, "HTTP/1.1 400 Bad Request",
        "unexpected LDAP reply: 0x48 does not start a message")]
    [InlineData(StartTlsProtocol.Ldap, "0\u0080", "unexpected LDAP reply: the message length is missing or too large")]
    [InlineData(StartTlsProtocol.Ldap, "0\u0085", "unexpected LDAP reply: the message length is missing or too large")]
    [InlineData(StartTlsProtocol.Ldap, "0\0", "unexpected LDAP reply: not an extended response")]
    [InlineData(StartTlsProtocol.Ldap, "0\u000c\u0002\u0001\u0001x\u0007\n\u0001\0\u0004\u0001\u0004\0",
        "unexpected LDAP reply: not an extended response")]
    [InlineData(StartTlsProtocol.Ldap, "0\u000c\u0002\u0001\u0001a\u0007\n\u0001\0\u0004\0\u0004\0",
        "unexpected LDAP reply: not an extended response")]
    [InlineData(StartTlsProtocol.Ldap, "0\u000c\u0002\u0001\u0002x\u0007\n\u0001\0\u0004\0\u0004\0",
        "unexpected LDAP reply: message id 2, expected 1")]
    [InlineData(StartTlsProtocol.Postgres, "HTTP", "unexpected PostgreSQL reply: the first byte is 0x48")]
    [InlineData(StartTlsProtocol.MySql, "220 mail", "unexpected MySQL greeting: it began with 220 ")]
    [InlineData(StartTlsProtocol.MySql, "\0\0\0\0", "unexpected MySQL greeting: it began with ????")]
    [InlineData(StartTlsProtocol.MySql, "\u0001\0\0\0\u0009",
        "unexpected MySQL greeting: handshake version 9, expected 10")]
    [InlineData(StartTlsProtocol.MySql, "\u0002\0\0\0\n8", "unexpected MySQL greeting: the handshake is too short")]
    [InlineData(StartTlsProtocol.MySql, "\u0011\0\0\0\n8\0\u0001\0\0\0abcdefgh\0\u00ff",
        "unexpected MySQL greeting: the handshake is too short")]
    [InlineData(StartTlsProtocol.MySql, "\u0002\0\0\0\u00ff\0", "unexpected MySQL greeting: the error packet is too short")]
    [InlineData(StartTlsProtocol.Ftp, "220-a\r\n220 b\r\nhello\r\n", "unexpected FTP reply: hello")]
    [InlineData(StartTlsProtocol.Ftp, "220 a\r\n334 more\r\n", "unexpected FTP reply: 334 more")]
    [InlineData(StartTlsProtocol.Xmpp, "HTTP/1.1 400 Bad Request", "unexpected XMPP reply: the first byte is 0x48")]
    [InlineData(StartTlsProtocol.Xmpp, "<html>", "unexpected XMPP reply: the element html, expected stream")]
    [InlineData(StartTlsProtocol.Xmpp, "<!DOCTYPE html>",
        "unexpected XMPP reply: XML that is restricted or not well-formed")]
    [InlineData(StartTlsProtocol.Xmpp, "<>", "unexpected XMPP reply: XML that is restricted or not well-formed")]
    [InlineData(StartTlsProtocol.Xmpp, Stream + "<proceed/>",
        "unexpected XMPP reply: proceed before it was requested")]
    public void A_server_that_speaks_something_else_is_told_apart(StartTlsProtocol protocol, string words, string sentence)
        => AssertEnd(Step.Broken(sentence), protocol, words);

    [Fact]
    public void A_long_line_is_cut_short()
        => Assert.Equal(
            $"the server replied: 554 {new string('x', 116)}…",
            Conversation.Of(StartTlsProtocol.Smtp, $"554 {new string('x', 1000)}\r\n").Last.Sentence);

    [Fact]
    public void A_server_name_cannot_leave_its_place_in_xml()
    {
        var step = StartTlsDialogues.Create(StartTlsProtocol.Xmpp, "a'><b&c").Take([]);

        Assert.Contains(" to='a&apos;&gt;&lt;b&amp;c' "u8.ToArray(), step.Output.ToArray().AsSpan());
    }

    [Fact]
    public void A_dialogue_that_is_over_stays_over()
    {
        var conversation = Conversation.Of(StartTlsProtocol.Pop3, "-ERR busy\r\n", "+OK\r\n+OK\r\n");

        Assert.Equal(Step.Refused("the server replied: -ERR busy"), conversation.Last);
        Assert.Equal("", conversation.Said);
    }

    private static void AssertEnd(Step expected, StartTlsProtocol protocol, string words)
    {
        Assert.Equal(expected, Conversation.Of(protocol, words).Last);
        Assert.All(Enumerable.Range(0, words.Length), place => Assert.Equal(expected, Conversation.Cut(protocol, words, place).Last));
        Assert.Equal(expected, Conversation.Cut(protocol, words, Enumerable.Range(0, words.Length)).Last);
    }
}
