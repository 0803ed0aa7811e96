using LoadGen.Core.Handshakes;
using LoadGen.Tls.Certificates;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>The client of one connection slot.</summary>
internal sealed class BouncyCastleClient(
    Offer[][] offers, CertificateVerifier[] verifiers, CertificateStore certificates, NegotiatedPool pool, HandshakeDriver driver) : IHandshakeClient
{
    private readonly TlsCrypto _crypto = new ClientCrypto(certificates);

    public ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
    {
        var client = new OfferingClient(_crypto, offers[target][profile], verifiers[target], pool);
        return driver.RunAsync(target, new BouncyCastleMachine(client), cancellation);
    }

    public void Dispose() => driver.Dispose();
}
