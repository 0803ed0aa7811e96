using LoadGen.TargetServer;

namespace LoadGen.TestServers.Certificates;

/// <summary>What a certificate is like; by default good for a server that is localhost, 127.0.0.1 and ::1.</summary>
public sealed record LeafOptions
{
    public KeyKind Key { get; init; } = KeyKind.EcdsaP256;

    /// <summary>Whether its key is an Ed25519 key instead; <see cref="Key"/> is then the kind of the root's that signs it.</summary>
    public bool Ed25519 { get; init; }

    /// <summary>Whether it is for a client (id-kp-clientAuth, RFC 5280 section 4.2.1.12) rather than for a server.</summary>
    public bool ForClient { get; init; }

    /// <summary>The distinguished name of the subject; by default the first of <see cref="Names"/> as common name.</summary>
    public string? Subject { get; init; }

    /// <summary>Names and IP addresses.</summary>
    public IReadOnlyList<string> Names { get; init; } = ["localhost", "127.0.0.1", "::1"];

    public DateTimeOffset NotBefore { get; init; } = DateTimeOffset.UtcNow.AddDays(-1);

    public DateTimeOffset NotAfter { get; init; } = DateTimeOffset.UtcNow.AddDays(30);

    /// <summary>The object identifier of an extension whose value is to be malformed DER; none for a good certificate.</summary>
    public string? MalformedExtension { get; init; }

    /// <summary>Signed by an intermediate, which the server sends along.</summary>
    public bool ViaIntermediate { get; init; }

    /// <summary>Until when the intermediate is valid, if there is one.</summary>
    public DateTimeOffset IntermediateNotAfter { get; init; } = DateTimeOffset.UtcNow.AddYears(2);

    /// <summary>Signed by itself rather than by the authority.</summary>
    public bool SelfSigned { get; init; }
}
