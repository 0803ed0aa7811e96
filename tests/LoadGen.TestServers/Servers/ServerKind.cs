namespace LoadGen.TestServers.Servers;

/// <summary>The kinds of real servers, for tests that hold for every one.</summary>
public enum ServerKind
{
    Nginx,
    Haproxy,
    Openssl,
    Gnutls,
    Caddy,
    Node,
}
