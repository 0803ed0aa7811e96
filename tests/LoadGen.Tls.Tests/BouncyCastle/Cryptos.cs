using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.Tests.BouncyCastle;

/// <summary>The two sides that must agree: the platform's cryptography, and BouncyCastle's own.</summary>
internal static class Cryptos
{
    public static BcTlsCrypto Managed { get; } = new();

    /// <summary>One for each use, as each connection slot has its own.</summary>
    public static NativeTlsCrypto Native() => new(new ServerCertificates(native: true), new SlotChecks(), new RecordWatch());
}
