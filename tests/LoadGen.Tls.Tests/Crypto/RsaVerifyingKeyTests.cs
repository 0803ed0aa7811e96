using System.Security.Cryptography;
using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.X509;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class RsaVerifyingKeyTests
{
    public static TheoryData<int, string, string, bool, string, string> Vectors => RsaVectors.All;

    public static TheoryData<int> Schemes => [.. Signing.RsaSchemes];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_signature_of_wycheproof_is_judged_as_it_says(int scheme, string publicKey, string message, bool isGood, string what, string signature)
    {
        var key = KeyOf(new SubjectPublicKeyInfo(new AlgorithmIdentifier(PkcsObjectIdentifiers.RsaEncryption, DerNull.Instance), Octets.Hex(publicKey)));

        Assert.True(isGood == key.Verify(scheme, Octets.Hex(message), Octets.Hex(signature)), what);
        Assert.False(key.Verify(scheme, [.. Octets.Hex(message), 0], Octets.Hex(signature)));
    }

    // The server's certificate of RFC 8448 section 3 is signed by its own key, by PKCS #1 v1.5 with SHA-256.
    [Fact]
    public void The_certificate_of_rfc_8448_is_signed_by_its_key()
    {
        var certificate = X509CertificateStructure.GetInstance(Rfc8448.CertificateEncoding);
        var key = KeyOf(certificate.SubjectPublicKeyInfo);
        var content = certificate.TbsCertificate.GetDerEncoded();

        Assert.True(key.Verify(SignatureScheme.rsa_pkcs1_sha256, content, certificate.GetSignatureOctets()));
        Assert.False(key.Verify(SignatureScheme.rsa_pkcs1_sha256, Octets.Flip(content, 77), certificate.GetSignatureOctets()));
        Assert.False(key.Verify(SignatureScheme.rsa_pkcs1_sha384, content, certificate.GetSignatureOctets()));
        Assert.False(key.Verify(SignatureScheme.rsa_pss_rsae_sha256, content, certificate.GetSignatureOctets()));
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Any_signature_of_managed_is_verified_by_its_own_scheme_only_and_no_altered_one(int scheme)
    {
        var key = KeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Rsa.Public));
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 100_000]).Sample(
            (message, bit) =>
            {
                var signature = Signing.Sign(scheme, Signing.Rsa.Private, message);

                Assert.Equal([scheme], Signing.RsaSchemes.Where(other => key.Verify(other, message, signature)));
                Assert.False(key.Verify(scheme, message, Octets.Flip(signature, bit)));
                Assert.False(key.Verify(scheme, Octets.Flip([.. message, 0], bit), signature));
            },
            iter: 10);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void A_signature_of_another_length_is_refused(int scheme)
    {
        var key = KeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Rsa.Public));
        var good = Signing.Sign(scheme, Signing.Rsa.Private, "message"u8);

        Assert.True(key.Verify(scheme, "message"u8, good));
        Assert.All([[], [0], good[..^1], good[1..], [.. good, 0], [0, .. good]], other => Assert.False(key.Verify(scheme, "message"u8, other)));
    }

    // RFC 8017 sections 8.1.2 and 8.2.2. Without its zero the number is the same.
    [Theory]
    [MemberData(nameof(Schemes))]
    public void A_signature_that_lacks_its_first_byte_is_refused_although_the_byte_is_zero(int scheme)
    {
        var padding = SignatureScheme.GetSignatureAlgorithm(scheme) == SignatureAlgorithm.rsa ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss;
        var (message, good) = Enumerable.Range(0, int.MaxValue)
            .Select(i => (Message: BitConverter.GetBytes(i), Signature: Signing.PlatformRsa.SignData(BitConverter.GetBytes(i), HashOf(scheme), padding)))
            .First(each => each.Signature[0] == 0);
        var encoding = TestCertificates.Of(Signing.Rsa.Public);

        Assert.True(KeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Rsa.Public)).Verify(scheme, message, good));
        Assert.False(KeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Rsa.Public)).Verify(scheme, message, good.AsSpan(1)));
        Assert.All([TestCertificates.Native(encoding), TestCertificates.Managed(encoding)], certificate =>
        {
            Assert.True(Accepts(certificate, good));
            Assert.False(Accepts(certificate, good[1..]));
        });

        // In TLS 1.2, where any scheme may sign.
        bool Accepts(ParsedCertificate certificate, byte[] signature)
        {
            var signed = new DigitallySigned(SignatureScheme.GetSignatureAndHashAlgorithm(scheme), signature);
            var verifier = certificate.CreateVerifier(SignatureScheme.GetSignatureAlgorithm(scheme));
            return verifier.VerifyRawSignature(signed, CryptographicOperations.HashData(HashOf(scheme), message));
        }
    }

    private static HashAlgorithmName HashOf(int scheme) => SignatureScheme.GetCryptoHashAlgorithm(scheme) switch
    {
        CryptoHashAlgorithm.sha256 => HashAlgorithmName.SHA256,
        CryptoHashAlgorithm.sha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    // RFC 8446 section 4.2.3: the salt is as long as the hash.
    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_pss_signature_with_a_salt_of_another_length_is_refused(int saltBytes)
    {
        var digest = Cryptos.Managed.CreateDigest(Org.BouncyCastle.Tls.Crypto.CryptoHashAlgorithm.sha256);
        var signer = new PssSigner(new Org.BouncyCastle.Crypto.Engines.RsaBlindedEngine(), digest, saltBytes);
        signer.Init(true, Signing.Rsa.Private);
        signer.BlockUpdate("message"u8);

        Assert.False(KeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Rsa.Public))
            .Verify(SignatureScheme.rsa_pss_rsae_sha256, "message"u8, signer.GenerateSignature()));
    }

    [Fact]
    public void A_key_verifies_by_pss_in_tls_1_3_and_by_either_padding_in_tls_1_2()
    {
        var key = KeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Rsa.Public));

        Assert.Equal(Signing.RsaSchemes[..3], Enumerable.Range(0, 0x10000).Where(key.Verifies));
        Assert.Equal(Signing.RsaSchemes.Order(), Enumerable.Range(0, 0x10000).Where(key.VerifiesHashBy));
    }

    [Fact]
    public void A_key_for_pss_only_verifies_by_the_schemes_of_its_kind_alone()
    {
        var structure = new RsaPublicKeyStructure(((RsaKeyParameters)Signing.Rsa.Public).Modulus, ((RsaKeyParameters)Signing.Rsa.Public).Exponent);

        var key = KeyOf(new SubjectPublicKeyInfo(new AlgorithmIdentifier(PkcsObjectIdentifiers.IdRsassaPss), structure));

        int[] schemes = [SignatureScheme.rsa_pss_pss_sha256, SignatureScheme.rsa_pss_pss_sha384, SignatureScheme.rsa_pss_pss_sha512];
        Assert.Equal(schemes, Enumerable.Range(0, 0x10000).Where(key.Verifies));
        Assert.Equal(schemes, Enumerable.Range(0, 0x10000).Where(key.VerifiesHashBy));
        var good = Signing.Sign(SignatureScheme.rsa_pss_rsae_sha256, Signing.Rsa.Private, "sample"u8);
        Assert.True(key.Verify(SignatureScheme.rsa_pss_pss_sha256, "sample"u8, good));
        Assert.False(key.Verify(SignatureScheme.rsa_pss_pss_sha256, "simple"u8, good));
    }

    [Fact]
    public void A_key_verifies_on_many_threads_at_once()
    {
        var key = KeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Rsa.Public));
        var good = Signing.Sign(SignatureScheme.rsa_pss_rsae_sha256, Signing.Rsa.Private, "sample"u8);

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i
            => Assert.Equal(i % 3 != 0, key.Verify(SignatureScheme.rsa_pss_rsae_sha256, i % 3 == 0 ? "simple"u8 : "sample"u8, good)));
    }

    private static RsaVerifyingKey KeyOf(SubjectPublicKeyInfo info) => Assert.IsType<RsaVerifyingKey>(Signing.VerifyingKeyOf(info));
}
