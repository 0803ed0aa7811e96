using System.Security.Cryptography;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>
/// One direction of a record cipher, computed by the platform. The native key is made with the first record: of the four keys
/// of a TLS 1.3 handshake two are never used when nothing follows it.
/// </summary>
internal abstract class NativeAead(bool isEncrypting) : TlsAeadCipherImpl, IDisposable
{
    private byte[] _key = [];
    private byte[] _nonce = [];
    private bool _isReady;

    protected int TagBytes { get; private set; }

    public void SetKey(byte[] key, int keyOff, int keyLen) => SetKey(key.AsSpan(keyOff, keyLen));

    public void SetKey(ReadOnlySpan<byte> key)
    {
        _key = key.ToArray();
        _isReady = false;
    }

    public void Init(byte[] nonce, int macSize, byte[] additionalData)
    {
        _nonce = nonce;
        TagBytes = macSize;
    }

    public int GetOutputSize(int inputLength) => isEncrypting ? inputLength + TagBytes : Math.Max(0, inputLength - TagBytes);

    public int DoFinal(byte[] input, int inputOffset, int inputLength, byte[] output, int outputOffset)
        => DoFinal([], input, inputOffset, inputLength, output, outputOffset);

    public int DoFinal(byte[] additionalData, byte[] input, int inputOffset, int inputLength, byte[] output, int outputOffset)
    {
        if (!_isReady)
        {
            UseKey(_key, TagBytes);
            _isReady = true;
        }

        if (isEncrypting)
        {
            Encrypt(_nonce, input.AsSpan(inputOffset, inputLength), output.AsSpan(outputOffset, inputLength), output.AsSpan(outputOffset + inputLength, TagBytes), additionalData);
            return inputLength + TagBytes;
        }

        var length = inputLength - TagBytes;
        if (length < 0)
        {
            throw new TlsFatalAlert(AlertDescription.bad_record_mac);
        }

        try
        {
            Decrypt(_nonce, input.AsSpan(inputOffset, length), input.AsSpan(inputOffset + length, TagBytes), output.AsSpan(outputOffset, length), additionalData);
        }
        catch (AuthenticationTagMismatchException error)
        {
            throw new TlsFatalAlert(AlertDescription.bad_record_mac, error);
        }

        return length;
    }

    public void Reset()
    {
    }

    public abstract void Dispose();

    protected abstract void UseKey(ReadOnlySpan<byte> key, int tagBytes);

    protected abstract void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> additionalData);

    protected abstract void Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> additionalData);
}
