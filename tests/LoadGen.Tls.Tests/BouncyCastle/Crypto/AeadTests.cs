using CsCheck;
using LoadGen.Tls.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.Tests.BouncyCastle.Crypto;

/// <summary>What every record cipher must do, held to BouncyCastle's own.</summary>
public abstract class AeadTests
{
    private const int TagBytes = 16;

    private const int NonceBytes = 12;

    private protected abstract Gen<int> KeyBytes { get; }

    private Gen<(byte[] Key, byte[] Nonce, byte[] Additional, byte[] Plaintext)> Records
        => Gen.Select(KeyBytes.SelectMany(bytes => Gen.Byte.Array[bytes]), Gen.Byte.Array[NonceBytes], Gen.Byte.Array[0, 40], Gen.OneOf(Gen.Byte.Array[0, 70], Gen.Byte.Array[0, 2000]));

    [Fact]
    public void Any_record_is_encrypted_as_managed_and_decrypted_from_managed()
        => Records.Sample((key, nonce, additional, plaintext) =>
        {
            var expected = EncryptManaged(key, nonce, additional, plaintext);

            Assert.Equal(expected, Encrypt(key, nonce, additional, plaintext));
            Assert.Equal(plaintext, Decrypt(key, nonce, additional, expected));
        });

    [Fact]
    public void Any_altered_record_nonce_or_additional_data_is_a_bad_record_mac()
        => Gen.Select(Records, Gen.Int[0, 100_000]).Sample((record, bit) =>
        {
            var (key, nonce, additional, plaintext) = record;
            var encrypted = EncryptManaged(key, nonce, additional, plaintext);

            AssertBadRecordMac(() => Decrypt(key, nonce, additional, Octets.Flip(encrypted, bit)));
            AssertBadRecordMac(() => Decrypt(key, Octets.Flip(nonce, bit), additional, encrypted));
            AssertBadRecordMac(() => Decrypt(Octets.Flip(key, bit), nonce, additional, encrypted));
            AssertBadRecordMac(() => Decrypt(key, nonce, [.. additional, 0], encrypted));
            AssertBadRecordMac(() => Decrypt(key, nonce, additional, encrypted[..^1]));
        });

    [Fact]
    public void A_record_shorter_than_its_tag_is_a_bad_record_mac()
    {
        for (var length = 0; length < TagBytes; length++)
        {
            AssertBadRecordMac(() => Decrypt(new byte[32], new byte[NonceBytes], [], new byte[length]));
        }
    }

    // As BouncyCastle's record layer does: many records by one key, in place, at an offset.
    [Fact]
    public void Records_one_after_the_other_are_encrypted_and_decrypted_in_place()
        => Gen.Select(Records, Records, Gen.Int[0, 20]).Sample((first, second, offset) =>
        {
            using var encrypting = Native(isEncrypting: true);
            using var decrypting = Native(isEncrypting: false);
            encrypting.SetKey(first.Key, 0, first.Key.Length);
            decrypting.SetKey(first.Key, 0, first.Key.Length);

            foreach (var (nonce, additional, plaintext) in new[] { first, second }.Select(record => (record.Nonce, record.Additional, record.Plaintext)))
            {
                byte[] buffer = [.. new byte[offset], .. plaintext, .. new byte[TagBytes]];
                encrypting.Init(nonce, TagBytes, []);
                Assert.Equal(plaintext.Length + TagBytes, encrypting.GetOutputSize(plaintext.Length));
                Assert.Equal(plaintext.Length + TagBytes, encrypting.DoFinal(additional, buffer, offset, plaintext.Length, buffer, offset));
                Assert.Equal(EncryptManaged(first.Key, nonce, additional, plaintext), buffer[offset..]);

                decrypting.Init(nonce, TagBytes, []);
                Assert.Equal(plaintext.Length, decrypting.GetOutputSize(plaintext.Length + TagBytes));
                Assert.Equal(plaintext.Length, decrypting.DoFinal(additional, buffer, offset, plaintext.Length + TagBytes, buffer, offset));
                Assert.Equal(plaintext, buffer[offset..(offset + plaintext.Length)]);
            }
        });

    [Fact]
    public void A_new_key_takes_the_place_of_the_one_that_was_used()
        => Gen.Select(Records, Records).Sample((first, second) =>
        {
            using var cipher = Native(isEncrypting: true);
            foreach (var (key, nonce, additional, plaintext) in new[] { first, second })
            {
                var output = new byte[plaintext.Length + TagBytes];
                cipher.SetKey([0, .. key, 0], 1, key.Length);
                cipher.Init(nonce, TagBytes, []);
                cipher.DoFinal(additional, plaintext, 0, plaintext.Length, output, 0);

                Assert.Equal(EncryptManaged(key, nonce, additional, plaintext), output);
            }
        });

    private protected abstract NativeAead Native(bool isEncrypting);

    private protected abstract IAeadCipher Managed();

    private protected void AssertVector(string key, string nonce, string additional, string plaintext, string ciphertext, string tag)
    {
        var encrypted = Octets.Hex(ciphertext + tag);

        Assert.Equal(encrypted, Encrypt(Octets.Hex(key), Octets.Hex(nonce), Octets.Hex(additional), Octets.Hex(plaintext)));
        Assert.Equal(Octets.Hex(plaintext), Decrypt(Octets.Hex(key), Octets.Hex(nonce), Octets.Hex(additional), encrypted));
    }

    private byte[] Encrypt(byte[] key, byte[] nonce, byte[] additional, byte[] plaintext) => Run(true, key, nonce, additional, plaintext);

    private byte[] Decrypt(byte[] key, byte[] nonce, byte[] additional, byte[] encrypted) => Run(false, key, nonce, additional, encrypted);

    private byte[] Run(bool isEncrypting, byte[] key, byte[] nonce, byte[] additional, byte[] input)
    {
        using var cipher = Native(isEncrypting);
        cipher.SetKey(key);
        cipher.Init(nonce, TagBytes, []);
        var output = new byte[cipher.GetOutputSize(input.Length)];
        Assert.Equal(output.Length, cipher.DoFinal(additional, input, 0, input.Length, output, 0));
        return output;
    }

    private byte[] EncryptManaged(byte[] key, byte[] nonce, byte[] additional, byte[] plaintext)
    {
        var cipher = Managed();
        cipher.Init(true, new AeadParameters(new KeyParameter(key), 8 * TagBytes, nonce, additional));
        var output = new byte[cipher.GetOutputSize(plaintext.Length)];
        var length = cipher.ProcessBytes(plaintext, 0, plaintext.Length, output, 0);
        Assert.Equal(output.Length, length + cipher.DoFinal(output, length));
        return output;
    }

    private static void AssertBadRecordMac(Action decrypt)
        => Assert.Equal(AlertDescription.bad_record_mac, Assert.Throws<TlsFatalAlert>(decrypt).AlertDescription);
}
