using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Tests.StartTls;

/// <summary>Dialogues that end in TLS: those of real servers, and forms that the standards allow besides.</summary>
internal static class Transcripts
{
    private const string Ehlo = "EHLO [127.0.0.1]\r\n";
    private const string LdapRequest = "0\u001d\u0002\u0001\u0001w\u0018\u0080\u00161.3.6.1.4.1.1466.20037";
    private const string StreamStart =
        "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    private const string StartTlsTag = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string ProceedTag = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

    private static readonly string SslRequest =
        " \0\0\u0001\u0001\u008a\u0008\0\0\0\0\u0001!" + new string('\0', 23);

    public static Dictionary<string, Transcript> Good { get; } = new()
    {
        ["Postfix 3.7"] = new(StartTlsProtocol.Smtp, "",
            ("220 localhost ESMTP Postfix\r\n", Ehlo),
            ("250-localhost\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n"
                + "250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n", "STARTTLS\r\n"),
            ("220 2.0.0 Ready to start TLS\r\n", "")),
        ["SMTP, a long greeting, STARTTLS last and in lower case"] = new(StartTlsProtocol.Smtp, "",
            ("220-mail.example.com\r\n220-no spam\r\n220 please\r\n", Ehlo),
            ("250-mail.example.com\r\n250 starttls\r\n", "STARTTLS\r\n"),
            ("220-go\r\n220\r\n", "")),
        ["SMTP, lines that end in LF"] = new(StartTlsProtocol.Smtp, "",
            ("220 a\n", Ehlo), ("250-a\n250 STARTTLS \n", "STARTTLS\r\n"), ("220 go\n", "")),
        ["Dovecot 2.3, IMAP"] = new(StartTlsProtocol.Imap, "",
            ("* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS AUTH=PLAIN] Dovecot (Debian) ready.\r\n",
                "a1 STARTTLS\r\n"),
            ("a1 OK Begin TLS negotiation now.\r\n", "")),
        ["IMAP, with more to tell"] = new(StartTlsProtocol.Imap, "",
            ("* ok\r\n", "a1 STARTTLS\r\n"), ("* CAPABILITY IMAP4rev1 STARTTLS\r\n* OK still here\r\n", ""), ("a1 ok go\r\n", "")),
        ["Dovecot 2.3, POP3"] = new(StartTlsProtocol.Pop3, "",
            ("+OK Dovecot (Debian) ready.\r\n", "STLS\r\n"), ("+OK Begin TLS negotiation now.\r\n", "")),
        ["OpenLDAP 2.5"] = new(StartTlsProtocol.Ldap, LdapRequest, ("0\u000c\u0002\u0001\u0001x\u0007\n\u0001\0\u0004\0\u0004\0", "")),
        ["LDAP, lengths with leading zeros, the response's name"] = new(StartTlsProtocol.Ldap, LdapRequest,
            ("0\u0084\0\0\0\u0028\u0002\u0001\u0001x\u0084\0\0\0\u001f\n\u0001\0\u0004\0\u0004\0\u008a\u00161.3.6.1.4.1.1466.20037", "")),
        ["PostgreSQL 15"] = new(StartTlsProtocol.Postgres, "\0\0\0\u0008\u0004\u00d2\u0016/", ("S", "")),
        ["MariaDB 10.11"] = new(StartTlsProtocol.MySql, "",
            ("d\0\0\0\n5.5.5-10.11.19-MariaDB-0+deb12u1\0\u0003\0\0\0`-_y`Xvj\0\u00fe\u00ff\u0008\u0002\0\u00ff\u0081\u0015\0\0\0\0\0\0\u001d\0\0\0"
                + "/Lne2e'2c|hq\0mysql_native_password\0", SslRequest)),
        ["vsftpd 3.0"] = new(StartTlsProtocol.Ftp, "",
            ("220 (vsFTPd 3.0.3)\r\n", "AUTH TLS\r\n"), ("234 Proceed with negotiation.\r\n", "")),
        ["ProFTPD 1.3, with a banner"] = new(StartTlsProtocol.Ftp, "",
            ("220-Welcome here\r\n \r\n 220 lines\r\n220 ProFTPD Server (ProFTPD) [127.0.0.1]\r\n", "AUTH TLS\r\n"),
            ("234 AUTH TLS successful\r\n", "")),
        ["FTP, a wait and free text"] = new(StartTlsProtocol.Ftp, "",
            ("120 in a minute\r\n", ""),
            ("220-Welcome\r\n\r\n 220 is not the end\r\n230 neither\r\nhello\r\n220 now\r\n", "AUTH TLS\r\n"),
            ("234-go\r\n234 on\r\n", "")),
        ["Prosody 0.12"] = new(StartTlsProtocol.Xmpp, StreamStart,
            ("<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' from='localhost' version='1.0' xml:lang='en' "
                + "xmlns='jabber:client' id='48a228ab-73a3-4787-9250-a7ab852f4d80'>", ""),
            ("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>", StartTlsTag),
            (ProceedTag, "")),
        ["XMPP, other prefixes, white space, signs inside of values"] = new(StartTlsProtocol.Xmpp, StreamStart,
            ("\n<?xml version=\"1.0\"?>\n<s:stream xmlns:s='http://etherx.jabber.org/streams' id=\"a>b'/>\" from='\">'\n>\n", ""),
            ("<s:features>\n <m:mechanisms xmlns:m='urn:ietf:params:xml:ns:xmpp-sasl'><m:mechanism>PLAIN</m:mechanism></m:mechanisms>\n"
                + " <t:starttls xmlns:t='urn:ietf:params:xml:ns:xmpp-tls' />\n</s:features>", StartTlsTag),
            (" <t:proceed xmlns:t='urn:ietf:params:xml:ns:xmpp-tls'></t:proceed>", "")),
    };

    /// <summary>The names of the good ones, for theories.</summary>
    public static TheoryData<string> GoodNames { get; } = [.. Good.Keys];
}
