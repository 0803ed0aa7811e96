using System.Buffers;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>HMAC over a message that is kept until the end.</summary>
internal sealed class NativeHmac(int algorithm) : TlsHmac
{
    private readonly ArrayBufferWriter<byte> _message = new();
    private byte[] _key = [];

    public int MacLength => Hashing.Size(algorithm);

    public int InternalBlockSize => Hashing.BlockSize(algorithm);

    public void SetKey(byte[] key, int keyOff, int keyLen) => SetKey(key.AsSpan(keyOff, keyLen));

    public void SetKey(ReadOnlySpan<byte> key) => _key = key.ToArray();

    public void Update(byte[] input, int inOff, int length) => Update(input.AsSpan(inOff, length));

    public void Update(ReadOnlySpan<byte> input) => _message.Write(input);

    public byte[] CalculateMac()
    {
        var mac = new byte[MacLength];
        CalculateMac(mac);
        return mac;
    }

    public void CalculateMac(byte[] output, int outOff) => CalculateMac(output.AsSpan(outOff));

    public void CalculateMac(Span<byte> output)
    {
        Hashing.Hmac(algorithm, _key, _message.WrittenSpan, output);
        Reset();
    }

    public void Reset() => _message.ResetWrittenCount();
}
