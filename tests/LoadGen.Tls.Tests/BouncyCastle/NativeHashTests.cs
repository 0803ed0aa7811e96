using System.Text;
using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle;

public sealed class NativeHashTests
{
    private const string Sha256Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Theory] // The examples of NIST for FIPS 180-4.
    [InlineData(CryptoHashAlgorithm.sha256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")]
    [InlineData(CryptoHashAlgorithm.sha384, """
        9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985
        """)]
    [InlineData(CryptoHashAlgorithm.sha512, """
        e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b
        """)]
    public void A_million_bytes_in_pieces_have_the_hash_of_fips_180_4(int algorithm, string digest)
    {
        var hash = new NativeHash(HashKinds.Of(algorithm)!.Value);
        var piece = new byte[1003];
        piece.AsSpan(3).Fill((byte)'a');

        for (var i = 0; i < 1000; i++)
        {
            hash.Update(piece, 3, 1000);
        }

        Assert.Equal(Octets.Hex(digest), hash.CalculateHash());
    }

    [Fact]
    public void A_hash_starts_anew_after_its_output_and_after_a_reset()
    {
        var hash = new NativeHash(HashKind.Sha256);
        hash.Update("before"u8);
        hash.CalculateHash();
        hash.Update("ab"u8);
        hash.Reset();
        hash.Update("abc"u8);

        Assert.Equal(Octets.Hex(Sha256Abc), hash.CalculateHash());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fork_and_its_original_go_on_apart(bool forkWritesFirst)
    {
        var original = new NativeHash(HashKind.Sha256);
        original.Update("a"u8);
        var fork = original.CloneHash();
        var (first, second) = forkWritesFirst ? (fork, (TlsHash)original) : (original, fork);

        first.Update("xyz"u8);
        second.Update("bc"u8);

        Assert.Equal(Octets.Hex(Sha256Abc), second.CalculateHash());
        Assert.Equal(HashOf("axyz"), first.CalculateHash());
    }

    [Fact]
    public void A_fork_of_a_fork_keeps_what_it_had_when_it_was_made()
    {
        var original = new NativeHash(HashKind.Sha256);
        original.Update("ab"u8);
        var fork = original.CloneHash();
        var forkOfFork = fork.CloneHash();
        original.Update("original"u8);
        fork.Update("fork"u8);
        original.CalculateHash();
        original.Update("new"u8);
        forkOfFork.Update("c"u8);

        Assert.Equal(Octets.Hex(Sha256Abc), forkOfFork.CalculateHash());
        Assert.Equal(HashOf("abfork"), fork.CalculateHash());
        Assert.Equal(HashOf("new"), original.CalculateHash());
    }

    [Fact]
    public void Any_pieces_forks_outputs_and_resets_hash_as_managed()
        => Gen.Select(Algorithm, Step.Array[1, 30]).Sample((algorithm, steps) =>
        {
            List<(TlsHash Native, TlsHash Managed)> hashes = [(new NativeHash(HashKinds.Of(algorithm)!.Value), Cryptos.Managed.CreateHash(algorithm))];
            foreach (var (action, which, input, skipped) in steps)
            {
                var (native, managed) = hashes[which % hashes.Count];
                switch (action)
                {
                    case < 3:
                        hashes.Add((native.CloneHash(), managed.CloneHash()));
                        break;
                    case 3:
                        native.Reset();
                        managed.Reset();
                        break;
                    case 4:
                        Assert.Equal(managed.CalculateHash(), native.CalculateHash());
                        break;
                    case < 8:
                        native.Update(input);
                        managed.Update(input);
                        break;
                    default:
                        native.Update(input, Math.Min(skipped, input.Length), Math.Max(0, input.Length - skipped));
                        managed.Update(input, Math.Min(skipped, input.Length), Math.Max(0, input.Length - skipped));
                        break;
                }
            }

            Assert.All(hashes, pair => Assert.Equal(pair.Managed.CalculateHash(), pair.Native.CalculateHash()));
        });

    [Fact]
    public void The_crypto_makes_native_hashes_and_leaves_the_others_to_managed()
    {
        var crypto = Cryptos.Native();

        Assert.IsType<NativeHash>(crypto.CreateHash(CryptoHashAlgorithm.sha384));
        Assert.Equal(Octets.Hex("da39a3ee5e6b4b0d3255bfef95601890afd80709"), crypto.CreateHash(CryptoHashAlgorithm.sha1).CalculateHash());
    }

    internal static Gen<int> Algorithm { get; } = Gen.OneOf(CryptoHashAlgorithm.sha256, CryptoHashAlgorithm.sha384, CryptoHashAlgorithm.sha512);

    // Pieces of up to 1500 bytes: some transcripts outgrow the first buffer of 4096.
    private static Gen<(int Action, int Which, byte[] Input, int Skipped)> Step { get; } =
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 100], Gen.Byte.Array[0, 1500], Gen.Int[0, 40]);

    private static byte[] HashOf(string message)
    {
        var hash = Cryptos.Managed.CreateHash(CryptoHashAlgorithm.sha256);
        hash.Update(Encoding.ASCII.GetBytes(message));
        return hash.CalculateHash();
    }
}
