namespace LoadGen.Core.Handshakes;

/// <summary>The names of the protocols that come before TLS in plans and results.</summary>
public static class StartTlsNames
{
    private static readonly string[] Names = ["smtp", "imap", "pop3", "ldap", "postgres", "mysql", "ftp", "xmpp"];

    /// <summary>All names, in the order of <see cref="StartTlsProtocol"/>.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of a protocol, such as <c>smtp</c>.</summary>
    public static string Name(this StartTlsProtocol protocol) => Names[(int)protocol];

    /// <summary>Finds a protocol by its name.</summary>
    public static bool TryParse(string name, out StartTlsProtocol protocol)
    {
        var index = Array.IndexOf(Names, name);
        protocol = index < 0 ? default : (StartTlsProtocol)index;
        return index >= 0;
    }
}
