using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;

namespace LoadGen.Tls.Tests.Crypto;

/// <summary>Bytes as standards print them.</summary>
internal static class Octets
{
    /// <summary>The bytes of hexadecimal digits with any white space between them.</summary>
    public static byte[] Hex(string digits) => Convert.FromHexString(string.Concat(digits.Where(digit => !char.IsWhiteSpace(digit))));

    /// <summary>The same bytes with one bit of them inverted.</summary>
    /// <param name="bytes">At least one byte.</param>
    /// <param name="bit">Any number; it is taken modulo the number of bits.</param>
    public static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] flipped = [.. bytes];
        flipped[bit / 8 % bytes.Length] ^= (byte)(1 << (bit % 8));
        return flipped;
    }
}
