using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.Tests.BouncyCastle;

public sealed class NativeAeadTests
{
    private static readonly byte[] Plaintext = [1, 2, 3, 4, 5];

    // As the record layer does it: in place, at an offset, with a key out of a longer block.
    [Fact]
    public void A_record_is_encrypted_and_decrypted_in_place()
    {
        byte[] buffer = [0, 0, .. Plaintext, .. new byte[Aead.TagBytes]];
        var (encrypting, decrypting) = (Cipher(true), Cipher(false));

        Assert.Equal(buffer.Length - 2, encrypting.GetOutputSize(Plaintext.Length));
        Assert.Equal(buffer.Length - 2, encrypting.DoFinal([7], buffer, 2, Plaintext.Length, buffer, 2));
        Assert.NotEqual(Plaintext, buffer[2..7]);
        Assert.Equal(Plaintext.Length, decrypting.GetOutputSize(buffer.Length - 2));
        Assert.Equal(Plaintext.Length, decrypting.DoFinal([7], buffer, 2, buffer.Length - 2, buffer, 2));
        Assert.Equal(Plaintext, buffer[2..7]);
    }

    [Fact]
    public void An_altered_or_short_record_is_a_bad_record_mac()
    {
        var record = new byte[Plaintext.Length + Aead.TagBytes];
        Cipher(true).DoFinal([], Plaintext, 0, Plaintext.Length, record, 0);

        Assert.All([Octets.Flip(record, 9), record[..^1], [1], []], bad => Assert.Equal(
            AlertDescription.bad_record_mac,
            Assert.Throws<TlsFatalAlert>(() => Cipher(false).DoFinal([], bad, 0, bad.Length, new byte[record.Length], 0)).AlertDescription));
    }

    private static NativeAead Cipher(bool isEncrypting)
    {
        var cipher = new NativeAead(Aead.Create(AeadKind.AesGcm), isEncrypting);
        cipher.SetKey(new byte[20], 2, 16);
        cipher.Init(new byte[Aead.NonceBytes], Aead.TagBytes, []);
        return cipher;
    }
}
