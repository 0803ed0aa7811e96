using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle;

public sealed class NativeHmacTests
{
    [Fact]
    public void Any_messages_one_after_the_other_have_the_codes_of_managed()
        => Gen.Select(NativeHashTests.Algorithm, Gen.Byte.Array[1, 200], Gen.Byte.Array[0, 300].Array[0, 5].Array[1, 3]).Sample((algorithm, key, messages) =>
        {
            var native = new NativeHmac(HashKinds.Of(algorithm)!.Value);
            var managed = Cryptos.Managed.CreateHmacForHash(algorithm);
            native.SetKey(key, 0, key.Length);
            managed.SetKey(key, 0, key.Length);

            foreach (var message in messages)
            {
                foreach (var piece in message)
                {
                    native.Update(piece, piece.Length / 3, piece.Length - (piece.Length / 3));
                    managed.Update(piece, piece.Length / 3, piece.Length - (piece.Length / 3));
                }

                Assert.Equal(managed.CalculateMac(), native.CalculateMac());
            }

            Assert.Equal((managed.MacLength, managed.InternalBlockSize), (native.MacLength, native.InternalBlockSize));
        });

    [Fact]
    public void The_crypto_makes_native_codes_and_leaves_the_others_to_managed()
    {
        Assert.IsType<NativeHmac>(Cryptos.Native().CreateHmacForHash(CryptoHashAlgorithm.sha384));
        Assert.IsNotType<NativeHmac>(Cryptos.Native().CreateHmacForHash(CryptoHashAlgorithm.sha1));
    }

    [Fact]
    public void A_reset_forgets_the_message_and_keeps_the_key()
    {
        var hmac = new NativeHmac(HashKind.Sha256);
        hmac.SetKey("Jefe"u8);
        hmac.Update("something else"u8);
        hmac.Reset();
        hmac.Update("what do ya want "u8);
        hmac.Update("for nothing?"u8);
        var output = new byte[40];

        hmac.CalculateMac(output, 5);

        Assert.Equal(Octets.Hex("0000000000 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843 000000"), output);
    }
}
