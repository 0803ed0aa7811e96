namespace LoadGen.Tls.BouncyCastle;

/// <summary>How much of the handshake under way in one connection slot is checked and made anew.</summary>
internal sealed class SlotChecks
{
    /// <summary>Whether the server's signature over the handshake is verified.</summary>
    public bool ChecksSignature { get; set; } = true;

    /// <summary>Whether the key share of the handshake before may be used again.</summary>
    public bool ReusesKeyShares { get; set; }
}
