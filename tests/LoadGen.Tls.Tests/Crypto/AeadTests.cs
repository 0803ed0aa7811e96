using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace LoadGen.Tls.Tests.Crypto;

/// <summary>What every record cipher must do, held to BouncyCastle's own.</summary>
public abstract class AeadTests
{
    private protected abstract AeadKind Kind { get; }

    private protected abstract Gen<int> KeyBytes { get; }

    private Gen<(byte[] Key, byte[] Nonce, byte[] Additional, byte[] Plaintext)> Records
        => Gen.Select(KeyBytes.SelectMany(bytes => Gen.Byte.Array[bytes]), Gen.Byte.Array[Aead.NonceBytes], Gen.Byte.Array[0, 40], Gen.OneOf(Gen.Byte.Array[0, 70], Gen.Byte.Array[0, 2000]));

    [Fact]
    public void Any_record_is_encrypted_as_managed_and_decrypted_from_managed()
        => Records.Sample((key, nonce, additional, plaintext) =>
        {
            var expected = EncryptManaged(key, nonce, additional, plaintext);

            Assert.Equal(expected, Encrypt(key, nonce, additional, plaintext));
            Assert.Equal(plaintext, Decrypt(key, nonce, additional, expected));
        });

    [Fact]
    public void Any_altered_record_nonce_or_additional_data_is_refused()
        => Gen.Select(Records, Gen.Int[0, 100_000]).Sample((record, bit) =>
        {
            var (key, nonce, additional, plaintext) = record;
            var encrypted = EncryptManaged(key, nonce, additional, plaintext);

            Assert.Null(Decrypt(key, nonce, additional, Octets.Flip(encrypted, bit)));
            Assert.Null(Decrypt(key, Octets.Flip(nonce, bit), additional, encrypted));
            Assert.Null(Decrypt(Octets.Flip(key, bit), nonce, additional, encrypted));
            Assert.Null(Decrypt(key, nonce, [.. additional, 0], encrypted));
            Assert.Null(Decrypt(key, nonce, additional, encrypted[..^1]));
        });

    [Fact]
    public void A_record_shorter_than_its_tag_is_refused()
    {
        for (var length = 0; length < Aead.TagBytes; length++)
        {
            Assert.Null(Decrypt(new byte[32], new byte[Aead.NonceBytes], [], new byte[length]));
        }
    }

    [Fact]
    public void Records_one_after_the_other_are_encrypted_and_decrypted_in_place()
        => Gen.Select(Records, Records, Gen.Int[0, 20]).Sample((first, second, offset) =>
        {
            using var encrypting = Aead.Create(Kind);
            using var decrypting = Aead.Create(Kind);
            encrypting.SetKey(first.Key);
            decrypting.SetKey(first.Key);

            foreach (var (nonce, additional, plaintext) in new[] { first, second }.Select(record => (record.Nonce, record.Additional, record.Plaintext)))
            {
                byte[] buffer = [.. new byte[offset], .. plaintext, .. new byte[Aead.TagBytes]];
                var record = buffer.AsSpan(offset);
                encrypting.Encrypt(nonce, record[..plaintext.Length], record, additional);
                Assert.Equal(EncryptManaged(first.Key, nonce, additional, plaintext), buffer[offset..]);

                Assert.True(decrypting.TryDecrypt(nonce, record, record[..plaintext.Length], additional));
                Assert.Equal(plaintext, buffer[offset..(offset + plaintext.Length)]);
            }
        });

    [Fact]
    public void A_new_key_takes_the_place_of_the_one_that_was_used()
        => Gen.Select(Records, Records).Sample((first, second) =>
        {
            using var cipher = Aead.Create(Kind);
            foreach (var (key, nonce, additional, plaintext) in new[] { first, second })
            {
                var output = new byte[plaintext.Length + Aead.TagBytes];
                cipher.SetKey(key);
                cipher.Encrypt(nonce, plaintext, output, additional);

                Assert.Equal(EncryptManaged(key, nonce, additional, plaintext), output);
            }
        });

    private protected abstract IAeadCipher Managed();

    private protected void AssertVector(string key, string nonce, string additional, string plaintext, string ciphertext, string tag)
    {
        var encrypted = Octets.Hex(ciphertext + tag);

        Assert.Equal(encrypted, Encrypt(Octets.Hex(key), Octets.Hex(nonce), Octets.Hex(additional), Octets.Hex(plaintext)));
        Assert.Equal(Octets.Hex(plaintext), Decrypt(Octets.Hex(key), Octets.Hex(nonce), Octets.Hex(additional), encrypted));
    }

    private byte[] Encrypt(byte[] key, byte[] nonce, byte[] additional, byte[] plaintext)
    {
        using var cipher = Aead.Create(Kind);
        cipher.SetKey(key);
        var output = new byte[plaintext.Length + Aead.TagBytes];
        cipher.Encrypt(nonce, plaintext, output, additional);
        return output;
    }

    // Null for a record that is refused.
    private byte[]? Decrypt(byte[] key, byte[] nonce, byte[] additional, byte[] encrypted)
    {
        using var cipher = Aead.Create(Kind);
        cipher.SetKey(key);
        var plaintext = new byte[Math.Max(0, encrypted.Length - Aead.TagBytes)];
        return cipher.TryDecrypt(nonce, encrypted, plaintext, additional) ? plaintext : null;
    }

    private byte[] EncryptManaged(byte[] key, byte[] nonce, byte[] additional, byte[] plaintext)
    {
        var cipher = Managed();
        cipher.Init(true, new AeadParameters(new KeyParameter(key), 8 * Aead.TagBytes, nonce, additional));
        var output = new byte[cipher.GetOutputSize(plaintext.Length)];
        var length = cipher.ProcessBytes(plaintext, 0, plaintext.Length, output, 0);
        Assert.Equal(output.Length, length + cipher.DoFinal(output, length));
        return output;
    }
}
