using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.StartTls;

/// <summary>The catalogue of dialogues that come before TLS.</summary>
internal static class StartTlsDialogues
{
    /// <summary>Makes the dialogue for one connection; the server's name is said where the protocol asks for it.</summary>
    public static Dialogue Create(StartTlsProtocol protocol, string serverName) => protocol switch
    {
        StartTlsProtocol.Smtp => new SmtpDialogue(),
        StartTlsProtocol.Imap => new ImapDialogue(),
        StartTlsProtocol.Pop3 => new Pop3Dialogue(),
        StartTlsProtocol.Ldap => new LdapDialogue(),
        StartTlsProtocol.Postgres => new PostgresDialogue(),
        StartTlsProtocol.MySql => new MySqlDialogue(),
        StartTlsProtocol.Ftp => new FtpDialogue(),
        StartTlsProtocol.Xmpp => new XmppDialogue(serverName),
        _ => throw new ArgumentOutOfRangeException(nameof(protocol)),
    };
}
