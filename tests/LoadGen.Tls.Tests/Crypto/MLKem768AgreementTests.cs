using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class MLKem768AgreementTests
{
    private const int SeedBytes = 64;

    private const int MessageBytes = 32;

    // Vectors of ML-KEM are kilobytes long. This is the hash of a hundred: of the public key, the ciphertext, the secret and the secret
    // for a ciphertext of another key (implicit rejection), all from one stream of SHAKE128. The value is that of Go's crypto/mlkem
    // (TestAccumulated), in the manner of github.com/C2SP/CCTV.
    [Fact]
    public void A_hundred_keys_ciphertexts_and_secrets_are_those_of_fips_203()
    {
        var input = new ShakeDigest(128);
        var output = new ShakeDigest(128);
        byte[] Draw(int count)
        {
            var bytes = new byte[count];
            input.Output(bytes, 0, count);
            return bytes;
        }

        for (var i = 0; i < 100; i++)
        {
            var (publicKey, secretKey) = KeyPairOf(Draw(SeedBytes));
            var (ciphertext, secret) = EncapsulateManaged(publicKey, Draw(MessageBytes));
            Assert.Equal(secret, SecretOf(new MLKem768Agreement(publicKey, secretKey), ciphertext));
            Array.ForEach([publicKey, ciphertext, secret], bytes => output.BlockUpdate(bytes, 0, bytes.Length));
            output.BlockUpdate(SecretOf(new MLKem768Agreement(publicKey, secretKey), Draw(Sodium.MLKem768CiphertextBytes)), 0, Sodium.MLKem768SharedSecretBytes);
        }

        var hash = new byte[32];
        output.OutputFinal(hash, 0, hash.Length);
        Assert.Equal(Octets.Hex("1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415"), hash);
    }

    [Fact]
    public void A_handshake_agrees_with_managed_by_a_new_key_each_time()
    {
        var shares = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var native = MLKem768Agreement.Create();
            var managed = Cryptos.Managed.CreateKemDomain(new TlsKemConfig(NamedGroup.MLKEM768, isServer: true)).CreateKem();

            var share = native.Share.ToArray();
            managed.ReceivePeerValue(share);
            var secret = SecretOf(native, managed.GenerateEphemeral());

            Assert.Equal(managed.CalculateSecret().Extract(), secret);
            Assert.True(shares.Add(Convert.ToHexString(share)));
        }
    }

    [Fact]
    public void Any_seed_gives_the_key_pair_of_managed()
        => Gen.Byte.Array[SeedBytes].Sample(
            seed =>
            {
                var (publicKey, secretKey) = KeyPairOf(seed);
                var managed = MLKemPrivateKeyParameters.FromSeed(MLKemParameters.ml_kem_768, seed);

                Assert.Equal(managed.GetPublicKeyEncoded(), publicKey);
                Assert.Equal(managed.GetEncoded(), secretKey);
            },
            iter: 50);

    [Fact]
    public void Any_ciphertext_of_the_key_altered_or_of_another_key_gives_the_secret_of_managed()
        => Gen.Select(Gen.Byte.Array[SeedBytes], Gen.Byte.Array[MessageBytes], Gen.Byte.Array[Sodium.MLKem768CiphertextBytes], Gen.Int[0, 10_000]).Sample(
            (seed, message, foreign, bit) =>
            {
                var (publicKey, secretKey) = KeyPairOf(seed);
                var (ciphertext, secret) = EncapsulateManaged(publicKey, message);
                var managed = new MLKemDecapsulator(MLKemParameters.ml_kem_768);
                managed.Init(MLKemPrivateKeyParameters.FromEncoding(MLKemParameters.ml_kem_768, secretKey));

                foreach (var received in new[] { ciphertext, Octets.Flip(ciphertext, bit), foreign })
                {
                    var expected = new byte[Sodium.MLKem768SharedSecretBytes];
                    managed.Decapsulate(received, 0, received.Length, expected, 0, expected.Length);

                    Assert.Equal(expected, SecretOf(new MLKem768Agreement(publicKey, secretKey), received));
                    Assert.Equal(ReferenceEquals(received, ciphertext), expected.SequenceEqual(secret));
                }
            },
            iter: 50);

    [Theory]
    [InlineData(0)]
    [InlineData(Sodium.MLKem768CiphertextBytes - 1)]
    [InlineData(Sodium.MLKem768CiphertextBytes + 1)]
    [InlineData(Sodium.MLKem768PublicKeyBytes)]
    public void A_ciphertext_of_another_length_is_refused(int length)
    {
        using var agreement = MLKem768Agreement.Create();

        Assert.False(agreement.IsWellFormed(new byte[length]));
        Assert.False(agreement.TryAgree(new byte[length], new byte[agreement.SecretBytes]));
    }

    private static (byte[] PublicKey, byte[] SecretKey) KeyPairOf(byte[] seed)
    {
        var publicKey = new byte[Sodium.MLKem768PublicKeyBytes];
        var secretKey = new byte[Sodium.MLKem768SecretKeyBytes];
        Assert.Equal(0, Sodium.MLKem768KeyPairOfSeed(publicKey, secretKey, seed));
        return (publicKey, secretKey);
    }

    private static (byte[] Ciphertext, byte[] Secret) EncapsulateManaged(byte[] publicKey, byte[] message)
    {
        var encapsulator = new MLKemEncapsulator(MLKemParameters.ml_kem_768);
        encapsulator.Init(new ParametersWithRandom(
            MLKemPublicKeyParameters.FromEncoding(MLKemParameters.ml_kem_768, publicKey), new SecureRandom(new Fixed(message))));
        var ciphertext = new byte[Sodium.MLKem768CiphertextBytes];
        var secret = new byte[Sodium.MLKem768SharedSecretBytes];
        encapsulator.Encapsulate(ciphertext, 0, ciphertext.Length, secret, 0, secret.Length);
        return (ciphertext, secret);
    }

    private static byte[] SecretOf(MLKem768Agreement agreement, byte[] ciphertext)
    {
        var secret = new byte[agreement.SecretBytes];
        Assert.True(agreement.TryAgree(ciphertext, secret));
        return secret;
    }

    /// <summary>Encapsulation with the message of a vector in place of random bytes.</summary>
    private sealed class Fixed(byte[] message) : IRandomGenerator
    {
        public void AddSeedMaterial(byte[] seed) => throw new NotSupportedException();

        public void AddSeedMaterial(ReadOnlySpan<byte> seed) => throw new NotSupportedException();

        public void AddSeedMaterial(long seed) => throw new NotSupportedException();

        public void NextBytes(byte[] bytes) => NextBytes(bytes.AsSpan());

        public void NextBytes(byte[] bytes, int start, int len) => NextBytes(bytes.AsSpan(start, len));

        public void NextBytes(Span<byte> bytes)
        {
            Assert.Equal(message.Length, bytes.Length);
            message.CopyTo(bytes);
        }
    }
}
