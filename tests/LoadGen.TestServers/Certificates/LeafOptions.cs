using LoadGen.TargetServer;

namespace LoadGen.TestServers.Certificates;

/// <summary>What a server's certificate is like; by default good, for localhost, 127.0.0.1 and ::1.</summary>
public sealed record LeafOptions
{
    public KeyKind Key { get; init; } = KeyKind.EcdsaP256;

    /// <summary>Names and IP addresses.</summary>
    public IReadOnlyList<string> Names { get; init; } = ["localhost", "127.0.0.1", "::1"];

    public DateTimeOffset NotBefore { get; init; } = DateTimeOffset.UtcNow.AddDays(-1);

    public DateTimeOffset NotAfter { get; init; } = DateTimeOffset.UtcNow.AddDays(30);

    /// <summary>Signed by an intermediate, which the server sends along.</summary>
    public bool ViaIntermediate { get; init; }

    /// <summary>Signed by itself rather than by the authority.</summary>
    public bool SelfSigned { get; init; }
}
