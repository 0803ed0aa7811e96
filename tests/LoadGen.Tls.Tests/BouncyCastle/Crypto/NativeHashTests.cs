using System.Text;
using CsCheck;
using LoadGen.Tls.BouncyCastle.Crypto;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle.Crypto;

public sealed class NativeHashTests
{
    private const string Sha256Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private const string TwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    private const string TwoLongBlocks =
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

    [Theory] // The examples of NIST for FIPS 180-4.
    [InlineData(CryptoHashAlgorithm.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(CryptoHashAlgorithm.sha256, "abc", Sha256Abc)]
    [InlineData(CryptoHashAlgorithm.sha256, TwoBlocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData(CryptoHashAlgorithm.sha384, "", """
        38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b
        """)]
    [InlineData(CryptoHashAlgorithm.sha384, "abc", """
        cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7
        """)]
    [InlineData(CryptoHashAlgorithm.sha384, TwoLongBlocks, """
        09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039
        """)]
    [InlineData(CryptoHashAlgorithm.sha512, "", """
        cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e
        """)]
    [InlineData(CryptoHashAlgorithm.sha512, "abc", """
        ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
        """)]
    [InlineData(CryptoHashAlgorithm.sha512, TwoLongBlocks, """
        8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909
        """)]
    public void A_message_has_the_hash_of_fips_180_4(int algorithm, string message, string digest)
    {
        var hash = new NativeHash(algorithm);

        hash.Update(Encoding.ASCII.GetBytes(message));

        Assert.Equal(Octets.Hex(digest), hash.CalculateHash());
    }

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
        var hash = new NativeHash(algorithm);
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
        var hash = new NativeHash(CryptoHashAlgorithm.sha256);
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
        var original = new NativeHash(CryptoHashAlgorithm.sha256);
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
        var original = new NativeHash(CryptoHashAlgorithm.sha256);
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
            List<(TlsHash Native, TlsHash Managed)> hashes = [(new NativeHash(algorithm), Cryptos.Managed.CreateHash(algorithm))];
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
