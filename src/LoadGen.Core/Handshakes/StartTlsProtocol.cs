using System.Text.Json.Serialization;

namespace LoadGen.Core.Handshakes;

/// <summary>The protocols in which client and server agree in plain text to go on with TLS on the same connection.</summary>
public enum StartTlsProtocol
{
    /// <summary>Mail submission and relay, RFC 3207.</summary>
    Smtp,

    /// <summary>Mail access, RFC 9051 section 6.2.1.</summary>
    Imap,

    /// <summary>Mail access, RFC 2595 section 4.</summary>
    Pop3,

    /// <summary>Directories, RFC 4511 section 4.14.</summary>
    Ldap,

    /// <summary>PostgreSQL's own protocol, version 3: SSLRequest.</summary>
    Postgres,

    /// <summary>MySQL's and MariaDB's own protocol, handshake version 10: SSLRequest.</summary>
    [JsonStringEnumMemberName("mysql")]
    MySql,

    /// <summary>File transfer, RFC 4217.</summary>
    Ftp,

    /// <summary>Messaging, from client to server, RFC 6120 section 5.</summary>
    Xmpp,
}
