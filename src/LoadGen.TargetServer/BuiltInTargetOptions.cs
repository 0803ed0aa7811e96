using System.Net;
using LoadGen.Core.Handshakes;

namespace LoadGen.TargetServer;

/// <summary>How a <see cref="BuiltInTarget"/> listens and what it speaks.</summary>
public sealed record BuiltInTargetOptions
{
    /// <summary>Where it listens; with port 0 the system picks a free one. By default loopback, port 0.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The kind of key of its certificate; by default ECDSA P-256.</summary>
    public KeyKind Key { get; init; } = KeyKind.EcdsaP256;

    /// <summary>The versions it accepts, TLS 1.2 and 1.3 or one of them; by default both.</summary>
    public IReadOnlyList<TlsVersion> TlsVersions { get; init; } = [TlsVersion.Tls13, TlsVersion.Tls12];

    /// <summary>
    /// Whether it gives out sessions and resumes them. By default it does not, so that every handshake is a full one and
    /// nothing is written after the client's Finished in TLS 1.3.
    /// </summary>
    public bool AllowResumption { get; init; }

    /// <summary>From the accepted connection to the end of its handshake, above zero; by default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may stay silent after its handshake, above zero; by default 30 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a server's first messages say about its handshake.</summary>
internal enum HandshakeForm
{
    /// <summary>Not seen yet.</summary>
    Unknown,

    /// <summary>A full handshake.</summary>
    Full,

    /// <summary>One that resumes an earlier session.</summary>
    Resumed,
}

/// <summary>The kind of key in a server's certificate: most of what a full handshake costs the server.</summary>
public enum KeyKind
{
    /// <summary>ECDSA over NIST P-256: the common kind today.</summary>
    EcdsaP256,

    /// <summary>RSA with 2048 bits: about ten times the signing cost.</summary>
    Rsa2048,
}
