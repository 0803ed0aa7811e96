using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle.Crypto;
using LoadGen.Tls.Certificates;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>The client of one connection slot.</summary>
internal sealed class BouncyCastleClient(
    CryptoChoice crypto,
    Offer[][] offers,
    CertificateVerifier[] verifiers,
    CertificateStore certificates,
    NegotiatedPool pool,
    HandshakeDriver driver) : IHandshakeClient
{
    private readonly TlsCrypto _crypto = crypto == CryptoChoice.Native ? new NativeTlsCrypto(certificates) : new ManagedTlsCrypto(certificates);

    public async ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
    {
        var client = new OfferingClient(_crypto, offers[target][profile], verifiers[target], pool);
        var outcome = await driver.RunAsync(target, new BouncyCastleMachine(client), cancellation);
        (_crypto as NativeTlsCrypto)?.EndHandshake();
        return outcome;
    }

    public void Dispose() => driver.Dispose();
}
