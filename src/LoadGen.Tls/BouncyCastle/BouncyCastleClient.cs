using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle.Crypto;
using LoadGen.Tls.Certificates;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>The client of one connection slot.</summary>
internal sealed class BouncyCastleClient : IHandshakeClient
{
    // One in so many handshakes of lean checks has its signature checked.
    private const int LeanCheckEvery = 100;

    private readonly Offer[][] _offers;
    private readonly CertificateVerifier[][] _verifiers;
    private readonly NegotiatedPool _pool;
    private readonly HandshakeDriver _driver;
    private readonly HandshakeDetails? _details;
    private readonly SlotChecks _checks = new();
    private readonly NativeTlsCrypto? _native;
    private readonly TlsCrypto _crypto;
    private int _handshakes;

    public BouncyCastleClient(
        CryptoChoice crypto,
        Offer[][] offers,
        CertificateVerifier[][] verifiers,
        CertificateStore certificates,
        NegotiatedPool pool,
        HandshakeDriver driver,
        HandshakeDetails? details)
    {
        _details = details;
        _offers = offers;
        _verifiers = verifiers;
        _pool = pool;
        _driver = driver;
        _native = crypto == CryptoChoice.Native ? new NativeTlsCrypto(certificates, _checks) : null;
        _crypto = _native is null ? new ManagedTlsCrypto(certificates, _checks) : _native;
    }

    public async ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
    {
        var offer = _offers[target][profile];
        var isLean = offer.Profile.Checks == Checks.Lean;
        _checks.ReusesKeyShares = isLean;
        _checks.ChecksSignature = !isLean || _handshakes++ % LeanCheckEvery == 0;
        try
        {
            var client = new OfferingClient(_crypto, offer, _verifiers[target], _pool) { Details = _details };
            return await _driver.RunAsync(target, profile, new BouncyCastleMachine(client), cancellation);
        }
        finally
        {
            _native?.EndHandshake();
        }
    }

    public ValueTask<HoldEnd?> HoldAsync(CancellationToken cancellation)
    {
        _native?.MakeKeySharesAhead();
        return _driver.HoldAsync(cancellation);
    }

    public void Dispose() => _driver.Dispose();
}
