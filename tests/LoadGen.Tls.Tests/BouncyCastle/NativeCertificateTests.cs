using System.Security.Cryptography;
using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle;

public sealed class NativeCertificateTests
{
    public static TheoryData<int> Schemes => [.. Signing.Schemes];

    public static TheoryData<int> SchemesOfMessages => [.. Signing.Schemes.Where(scheme => SignatureScheme.GetSignatureAlgorithm(scheme) != SignatureAlgorithm.rsa)];

    // None of them is for a key of the schemes above.
    private static int[] SchemesOfOthers =>
    [
        SignatureScheme.ecdsa_sha1, SignatureScheme.rsa_pkcs1_sha1, SignatureScheme.rsa_pss_pss_sha256, SignatureScheme.ed448, SignatureScheme.sm2sig_sm3,
        SignatureScheme.ecdsa_brainpoolP256r1tls13_sha256, SignatureScheme.ecdsa_brainpoolP384r1tls13_sha384, SignatureScheme.ecdsa_brainpoolP512r1tls13_sha512,
    ];

    [Fact]
    public void The_certificate_verify_of_rfc_8448_is_verified_and_an_altered_one_is_not()
    {
        var transcript = Cryptos.Native().CreateHash(CryptoHashAlgorithm.sha256);
        Array.ForEach([Rfc8448.ClientHello, Rfc8448.ServerHello, Rfc8448.EncryptedExtensions, Rfc8448.Certificate], message => transcript.Update(message));
        byte[] content = [.. Enumerable.Repeat((byte)' ', 64), .. "TLS 1.3, server CertificateVerify\0"u8, .. transcript.CalculateHash()];
        var signature = Rfc8448.CertificateVerify[8..];

        Assert.True(Verify(TestCertificates.Native(Rfc8448.CertificateEncoding), SignatureScheme.rsa_pss_rsae_sha256, content, signature));
        Assert.False(Verify(TestCertificates.Native(Rfc8448.CertificateEncoding), SignatureScheme.rsa_pss_rsae_sha256, content, Octets.Flip(signature, 500)));
        Assert.False(Verify(TestCertificates.Native(Rfc8448.CertificateEncoding), SignatureScheme.rsa_pss_rsae_sha256, Octets.Flip(content, 1000), signature));
    }

    [Theory]
    [MemberData(nameof(SchemesOfMessages))]
    public void Any_signature_over_a_handshake_is_judged_as_managed_does(int scheme)
    {
        var pair = Signing.KeyFor(scheme);
        var encoding = TestCertificates.Of(pair.Public, KeyUsage.DigitalSignature);
        var (native, managed) = (TestCertificates.Native(encoding), TestCertificates.Managed(encoding));

        Assert.IsType<NativeVerifier13>(native.CreateVerifier(scheme));
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 100_000], Gen.Byte.Array[0, 100]).Sample(
            (content, bit, garbage) =>
            {
                var signature = Signing.Sign(scheme, pair.Private, content);

                Assert.True(Verify(native, scheme, content, signature));
                Assert.False(Verify(native, scheme, [.. content, 0], signature));
                Assert.Equal(TestCertificates.IsAcceptedByManaged(() => Verify(managed, scheme, content, Octets.Flip(signature, bit))), Verify(native, scheme, content, Octets.Flip(signature, bit)));
                Assert.Equal(TestCertificates.IsAcceptedByManaged(() => Verify(managed, scheme, content, garbage)), Verify(native, scheme, content, garbage));
            },
            iter: 15);
    }

    // RFC 8446 section 4.2.3: a scheme of TLS 1.3 has the curve in it, and PKCS #1 v1.5 is for certificates only (section 4.4.3).
    [Theory]
    [MemberData(nameof(Schemes))]
    public void A_signature_by_a_scheme_that_is_not_for_the_key_in_tls_1_3_ends_the_handshake(int scheme)
    {
        var pair = Signing.KeyFor(scheme);
        var encoding = TestCertificates.Of(pair.Public, KeyUsage.DigitalSignature);
        int[] good = SignatureScheme.GetSignatureAlgorithm(scheme) == SignatureAlgorithm.ecdsa || scheme == SignatureScheme.ed25519 ? [scheme] : Signing.RsaSchemes[..3];

        ParsedCertificate[] certificates = [TestCertificates.Native(encoding), TestCertificates.Managed(encoding)];
        Assert.All(certificates, certificate => Assert.All(Signing.Schemes.Concat(SchemesOfOthers).Except(good), other =>
            Assert.ThrowsAny<TlsFatalAlert>(() => certificate.CreateVerifier(other))));
        Assert.All(certificates, certificate => Assert.All(good, own => Assert.NotNull(certificate.CreateVerifier(own))));
    }

    [Theory]
    [InlineData("brainpoolP256r1", SignatureScheme.ecdsa_brainpoolP256r1tls13_sha256)]
    [InlineData("brainpoolP384r1", SignatureScheme.ecdsa_brainpoolP384r1tls13_sha384)]
    [InlineData("brainpoolP512r1", SignatureScheme.ecdsa_brainpoolP512r1tls13_sha512)]
    public void A_signature_on_a_curve_that_only_managed_has_is_verified_by_its_own_scheme_only(string curve, int scheme)
    {
        var pair = Signing.Ecdsa(curve);
        var certificate = TestCertificates.Native(TestCertificates.Of(pair.Public));
        var signature = Signing.Sign(scheme, pair.Private, "content"u8);

        Assert.True(Verify(certificate, scheme, "content"u8.ToArray(), signature));
        Assert.False(Verify(certificate, scheme, "another"u8.ToArray(), signature));
        Assert.All(Signing.Schemes.Concat(SchemesOfOthers).Where(other => other != scheme), other =>
            Assert.ThrowsAny<TlsFatalAlert>(() => certificate.CreateVerifier(other)));
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void A_key_that_may_not_sign_verifies_nothing(int scheme)
    {
        var encoding = TestCertificates.Of(Signing.KeyFor(scheme).Public, KeyUsage.KeyEncipherment | KeyUsage.KeyAgreement);
        var algorithm = SignatureScheme.GetSignatureAlgorithm(scheme);

        ParsedCertificate[] certificates = [TestCertificates.Native(encoding), TestCertificates.Managed(encoding)];
        Assert.All(certificates, certificate => Assert.ThrowsAny<TlsFatalAlert>(() => certificate.CreateVerifier(scheme)));
        Assert.All(certificates, certificate => Assert.ThrowsAny<TlsFatalAlert>(() => certificate.CreateVerifier(algorithm)));
    }

    [Fact]
    public void A_certificate_without_key_usage_may_sign_and_encrypt()
    {
        var certificate = TestCertificates.Native(TestCertificates.Of(Signing.Rsa.Public));

        Assert.IsType<NativeVerifier13>(certificate.CreateVerifier(SignatureScheme.rsa_pss_rsae_sha256));
        Assert.IsType<NativeVerifier12>(certificate.CreateVerifier(SignatureAlgorithm.rsa));
        Assert.IsType<NativeRsaEncryptor>(certificate.CreateEncryptor(TlsCertificateRole.RsaEncryption));
    }

    [Fact]
    public void Any_premaster_secret_is_encrypted_for_the_owner_of_the_key_and_each_time_anew()
    {
        var encryptor = TestCertificates.Native(TestCertificates.Of(Signing.Rsa.Public, KeyUsage.KeyEncipherment)).CreateEncryptor(TlsCertificateRole.RsaEncryption);

        Assert.IsType<NativeRsaEncryptor>(encryptor);
        Gen.Select(Gen.Byte.Array[48], Gen.Int[0, 20], Gen.Int[0, 20]).Sample(
            (secret, before, after) =>
            {
                byte[] buffer = [.. new byte[before], .. secret, .. new byte[after]];

                var encrypted = encryptor.Encrypt(buffer, before, secret.Length);

                Assert.Equal(secret, Decrypt(encrypted));
                Assert.NotEqual(encrypted, encryptor.Encrypt(buffer, before, secret.Length));
            },
            iter: 10);
    }

    [Fact]
    public void A_key_that_may_not_encrypt_encrypts_nothing()
    {
        var rsa = TestCertificates.Of(Signing.Rsa.Public, KeyUsage.DigitalSignature);
        var ecdsa = TestCertificates.Of(Signing.Ecdsa("secp256r1").Public);

        Assert.ThrowsAny<TlsFatalAlert>(() => TestCertificates.Native(rsa).CreateEncryptor(TlsCertificateRole.RsaEncryption));
        Assert.ThrowsAny<TlsFatalAlert>(() => TestCertificates.Native(ecdsa).CreateEncryptor(TlsCertificateRole.RsaEncryption));
    }

    [Fact]
    public void A_premaster_secret_is_the_version_and_46_random_bytes()
    {
        var crypto = Cryptos.Native();

        var first = crypto.GenerateRsaPreMasterSecret(ProtocolVersion.TLSv12).Extract();
        var second = crypto.GenerateRsaPreMasterSecret(ProtocolVersion.TLSv11).Extract();

        Assert.Equal([3, 3], first[..2]);
        Assert.Equal([3, 2], second[..2]);
        Assert.Equal((48, 48), (first.Length, second.Length));
        Assert.NotEqual(first[2..], second[2..]);
    }

    // Locked: two samples may run at once, and a key of the platform is not for two threads.
    private static byte[] Decrypt(byte[] encrypted)
    {
        lock (Signing.PlatformRsa)
        {
            return Signing.PlatformRsa.Decrypt(encrypted, RSAEncryptionPadding.Pkcs1);
        }
    }

    // In pieces, and with the stream closed before the signature is there, as BouncyCastle does.
    private static bool Verify(ParsedCertificate certificate, int scheme, byte[] content, byte[] signature)
    {
        var verifier = certificate.CreateVerifier(scheme);
        using (var stream = verifier.Stream)
        {
            stream.Write(content.AsSpan(0, content.Length / 2));
            stream.Write(content, content.Length / 2, content.Length - (content.Length / 2));
        }

        return verifier.VerifySignature(signature);
    }
}
