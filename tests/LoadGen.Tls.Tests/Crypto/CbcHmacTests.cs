using System.Security.Cryptography;
using CsCheck;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Tests.Crypto;

/// <summary>AES-CBC with HMAC (RFC 5246 section 6.2.3.2, RFC 7366), built here once more from its parts.</summary>
public sealed class CbcHmacTests
{
    private static readonly byte[] Header = [22, 3, 3];

    private static Gen<(MacKind Mac, bool IsMacOutside, byte[] Key, byte[] Content, ulong Sequence)> Records
        => Gen.Select(Gen.Enum<MacKind>(), Gen.Bool, Gen.OneOf(Gen.Byte.Array[16], Gen.Byte.Array[32]), Gen.Byte.Array[0, 600], Gen.ULong);

    [Fact]
    public void What_is_sealed_is_made_of_iv_content_mac_and_padding()
        => Records.Sample((mac, outside, key, content, sequence) =>
        {
            var macKey = MacKeyOf(mac);
            using var cbc = Create(mac, outside, macKey, key);
            var body = new byte[cbc.SealedBytes(content.Length)];

            cbc.Seal(sequence, Header, content, body);

            var size = CbcHmac.MacBytes(mac);
            var sealedPart = outside ? body[..^size] : body;
            var plain = Decrypt(key, sealedPart);
            Assert.Equal(content, plain[..content.Length]);
            var inner = outside ? 0 : size;
            Assert.Equal(Compute(mac, macKey, sequence, outside ? sealedPart : content), outside ? body[^size..] : plain.AsSpan(content.Length, size).ToArray());
            var padding = plain[(content.Length + inner)..];
            Assert.InRange(padding.Length, 1, CbcHmac.BlockBytes);
            Assert.All(padding, each => Assert.Equal(padding.Length - 1, each));
        });

    /// <summary>A server may pad by any number of blocks, up to 255 bytes.</summary>
    [Fact]
    public void Any_padding_that_is_allowed_is_taken_off()
        => Gen.Select(Records, Gen.Int[0, 15]).Sample((record, blocks) =>
        {
            var (mac, outside, key, content, sequence) = record;
            var macKey = MacKeyOf(mac);
            using var cbc = Create(mac, outside, macKey, key);
            var padding = CbcHmac.BlockBytes - ((content.Length + (outside ? 0 : CbcHmac.MacBytes(mac))) % CbcHmac.BlockBytes) + (CbcHmac.BlockBytes * blocks);
            padding -= padding > 256 ? CbcHmac.BlockBytes : 0;

            var body = Seal(mac, outside, macKey, key, content, sequence, [.. Enumerable.Repeat((byte)(padding - 1), padding)]);

            Assert.True(cbc.TryOpen(sequence, Header, body, out var opened));
            Assert.Equal(content, opened.ToArray());
        });

    [Fact]
    public void Any_altered_bit_number_or_type_is_refused()
        => Gen.Select(Records, Gen.Int[0, 100_000]).Sample((record, bit) =>
        {
            var (mac, outside, key, content, sequence) = record;
            using var cbc = Create(mac, outside, MacKeyOf(mac), key);
            var body = new byte[cbc.SealedBytes(content.Length)];
            cbc.Seal(sequence, Header, content, body);

            Assert.False(cbc.TryOpen(sequence, Header, Octets.Flip(body, bit), out _));
            Assert.False(cbc.TryOpen(sequence + 1, Header, (byte[])[.. body], out _));
            Assert.False(cbc.TryOpen(sequence, [23, 3, 3], (byte[])[.. body], out _));
            Assert.False(cbc.TryOpen(sequence, Header, body.AsSpan(..^CbcHmac.BlockBytes).ToArray(), out _));
            Assert.True(cbc.TryOpen(sequence, Header, body, out _));
        });

    [Fact]
    public void A_padding_of_different_bytes_is_refused_although_the_mac_is_right()
        => Gen.Select(Records, Gen.Int[0, 100_000]).Sample((record, which) =>
        {
            var (mac, outside, key, content, sequence) = record;
            var macKey = MacKeyOf(mac);
            using var cbc = Create(mac, outside, macKey, key);
            var length = CbcHmac.BlockBytes - ((content.Length + (outside ? 0 : CbcHmac.MacBytes(mac))) % CbcHmac.BlockBytes) + CbcHmac.BlockBytes;
            byte[] padding = [.. Enumerable.Repeat((byte)(length - 1), length)];
            padding[which % (length - 1)] ^= 1;

            Assert.False(cbc.TryOpen(sequence, Header, Seal(mac, outside, macKey, key, content, sequence, padding), out _));
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bodies_of_any_bytes_and_any_length_are_refused(bool isMacOutside)
    {
        var random = new Random(3);
        foreach (var mac in Enum.GetValues<MacKind>())
        {
            using var cbc = Create(mac, isMacOutside, MacKeyOf(mac), new byte[16]);
            for (var length = 0; length < 400; length++)
            {
                var body = new byte[length];
                random.NextBytes(body);

                Assert.False(cbc.TryOpen(0, Header, body, out _));
            }
        }
    }

    private static byte[] MacKeyOf(MacKind mac) => [.. Enumerable.Range(1, CbcHmac.MacBytes(mac)).Select(n => (byte)n)];

    private static CbcHmac Create(MacKind mac, bool isMacOutside, byte[] macKey, byte[] key)
    {
        var cbc = new CbcHmac();
        cbc.SetKeys(mac, isMacOutside, macKey, key);
        return cbc;
    }

    private static byte[] Seal(MacKind mac, bool isMacOutside, byte[] macKey, byte[] key, byte[] content, ulong sequence, byte[] padding)
    {
        var iv = RandomNumberGenerator.GetBytes(CbcHmac.BlockBytes);
        using var aes = Aes.Create();
        aes.Key = key;
        byte[] plain = [.. content, .. isMacOutside ? [] : Compute(mac, macKey, sequence, content), .. padding];
        byte[] body = [.. iv, .. aes.EncryptCbc(plain, iv, PaddingMode.None)];
        return isMacOutside ? [.. body, .. Compute(mac, macKey, sequence, body)] : body;
    }

    private static byte[] Decrypt(byte[] key, byte[] body)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.DecryptCbc(body[CbcHmac.BlockBytes..], body[..CbcHmac.BlockBytes], PaddingMode.None);
    }

    private static byte[] Compute(MacKind mac, byte[] key, ulong sequence, byte[] content)
    {
        byte[] input = [.. BitConverter.GetBytes(sequence).Reverse(), .. Header, (byte)(content.Length >> 8), (byte)content.Length, .. content];
        return mac switch
        {
#pragma warning disable CA5350 // It is the MAC of those suites.
            MacKind.Sha1 => HMACSHA1.HashData(key, input),
#pragma warning restore CA5350
            MacKind.Sha256 => HMACSHA256.HashData(key, input),
            _ => HMACSHA384.HashData(key, input),
        };
    }
}
