using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle;

public sealed class NativeVerifier12Tests
{
    // ECDSA leaves out the end of a hash that is longer than the curve's order; none leaves out the first 160 bits, which SHA-1 has.
    private const int SignedBits = 160;

    // In TLS 1.2 any hash goes with any curve; the schemes with SHA-1 are BouncyCastle's own for RSA.
    public static MatrixTheoryData<string, int> EcdsaSchemes => new(
        ["secp256r1", "secp384r1", "secp521r1"],
        [
            SignatureScheme.ecdsa_sha1, SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp384r1_sha384, SignatureScheme.ecdsa_secp521r1_sha512,
        ]);

    public static TheoryData<int> RsaSchemes => [SignatureScheme.rsa_pkcs1_sha1, .. Signing.RsaSchemes];

    [Theory]
    [MemberData(nameof(EcdsaSchemes))]
    public void Any_ecdsa_signature_is_judged_as_managed_does(string curve, int scheme)
    {
        var pair = Signing.Ecdsa(curve);

        AssertJudgedAsManaged(TestCertificates.Of(pair.Public), scheme, message => Signing.Sign(scheme, pair.Private, message));
    }

    [Theory]
    [MemberData(nameof(RsaSchemes))]
    public void Any_rsa_signature_is_judged_as_managed_does(int scheme)
        => AssertJudgedAsManaged(
            TestCertificates.Of(Signing.Rsa.Public, KeyUsage.DigitalSignature), scheme, message => Signing.Sign(scheme, Signing.Rsa.Private, message));

    // It signs the message itself, so there is a stream for it.
    [Fact]
    public void Any_ed25519_signature_is_verified_by_stream_and_no_altered_one()
    {
        var pair = Signing.Ed25519();
        var certificate = TestCertificates.Native(TestCertificates.Of(pair.Public));
        Gen.Select(Gen.Byte.Array[1, 300], Gen.Int[0, 100_000]).Sample(
            (message, bit) =>
            {
                var signature = Signing.Sign(SignatureScheme.ed25519, pair.Private, message);

                Assert.True(Verify(message, signature));
                Assert.False(Verify(Octets.Flip(message, bit), signature));
                Assert.False(Verify(message, Octets.Flip(signature, bit)));
            },
            iter: 20);

        bool Verify(byte[] message, byte[] signature)
        {
            var signed = new DigitallySigned(SignatureScheme.GetSignatureAndHashAlgorithm(SignatureScheme.ed25519), signature);
            var verifier = certificate.CreateVerifier(SignatureAlgorithm.ed25519).GetStreamVerifier(signed);
            verifier.Stream.Write(message);
            return verifier.IsVerified();
        }
    }

    [Fact]
    public void A_signature_under_the_name_of_another_algorithm_is_refused()
    {
        var certificate = TestCertificates.Native(TestCertificates.Of(Signing.Rsa.Public));
        var hash = Cryptos.Managed.CreateHash(CryptoHashAlgorithm.sha256).CalculateHash();
        var signature = Signing.Sign(SignatureScheme.rsa_pkcs1_sha256, Signing.Rsa.Private, []);

        Assert.True(Verify(certificate, SignatureScheme.rsa_pkcs1_sha256, hash, signature));
        Assert.False(Verify(certificate, SignatureScheme.rsa_pss_rsae_sha256, hash, signature));
        Assert.ThrowsAny<TlsFatalAlert>(() => Verify(certificate, SignatureScheme.rsa_pss_pss_sha256, hash, signature));
    }

    private static void AssertJudgedAsManaged(byte[] encoding, int scheme, Func<byte[], byte[]> sign)
    {
        var (native, managed) = (TestCertificates.Native(encoding), TestCertificates.Managed(encoding));

        Assert.IsType<NativeVerifier12>(native.CreateVerifier(SignatureScheme.GetSignatureAlgorithm(scheme)));
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Int[0, 100_000], Gen.Byte.Array[0, 100]).Sample(
            (message, bit, garbage) =>
            {
                var signature = sign(message);
                var hasher = Cryptos.Managed.CreateHash(SignatureScheme.GetCryptoHashAlgorithm(scheme));
                hasher.Update(message);
                var hash = hasher.CalculateHash();

                Assert.True(Verify(native, scheme, hash, signature));
                Assert.False(Verify(native, scheme, Octets.Flip(hash, bit % SignedBits), signature));
                Assert.Equal(TestCertificates.IsAcceptedByManaged(() => Verify(managed, scheme, hash, Octets.Flip(signature, bit))), Verify(native, scheme, hash, Octets.Flip(signature, bit)));
                Assert.Equal(TestCertificates.IsAcceptedByManaged(() => Verify(managed, scheme, hash, garbage)), Verify(native, scheme, hash, garbage));
            },
            iter: 8);
    }

    private static bool Verify(TlsCertificate certificate, int scheme, byte[] hash, byte[] signature)
        => certificate.CreateVerifier(SignatureScheme.GetSignatureAlgorithm(scheme))
            .VerifyRawSignature(new DigitallySigned(SignatureScheme.GetSignatureAndHashAlgorithm(scheme), signature), hash);
}
