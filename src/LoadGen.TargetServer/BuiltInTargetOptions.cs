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
