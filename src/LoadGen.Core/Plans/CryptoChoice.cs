namespace LoadGen.Core.Plans;

/// <summary>Whose cryptography the <c>bouncycastle</c> engine uses.</summary>
public enum CryptoChoice
{
    /// <summary>The platform's libraries where they have what is needed, BouncyCastle's own code for the rest. The default.</summary>
    Native,

    /// <summary>BouncyCastle's own code for everything.</summary>
    Managed,
}
