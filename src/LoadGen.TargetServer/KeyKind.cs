namespace LoadGen.TargetServer;

/// <summary>The kind of key in a server's certificate: most of what a full handshake costs the server.</summary>
public enum KeyKind
{
    /// <summary>ECDSA over NIST P-256: the common kind today.</summary>
    EcdsaP256,

    /// <summary>RSA with 2048 bits: about ten times the signing cost.</summary>
    Rsa2048,
}
