using System.Buffers;
using LoadGen.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// A hash that keeps its input and computes on demand. A handshake hashes two or three kilobytes and forks the hash of its
/// transcript several times: forks share the input until one of them writes, which they hardly ever do.
/// </summary>
internal sealed class NativeHash : TlsHash
{
    private const int FirstCapacity = 4096;

    private readonly HashKind _kind;
    private readonly TranscriptBuffers? _buffers;
    private byte[] _input;
    private int _length;
    private bool _isShared;

    /// <param name="kind">The hash function.</param>
    /// <param name="buffers">Where the input is kept; by default in arrays of its own.</param>
    public NativeHash(HashKind kind, TranscriptBuffers? buffers = null)
        : this(kind, buffers, [], 0)
    {
    }

    private NativeHash(HashKind kind, TranscriptBuffers? buffers, byte[] input, int length)
    {
        _kind = kind;
        _buffers = buffers;
        _input = input;
        _length = length;
    }

    public void Update(byte[] input, int inOff, int length) => Update(input.AsSpan(inOff, length));

    public void Update(ReadOnlySpan<byte> input)
    {
        if (_isShared || _input.Length - _length < input.Length)
        {
            var capacity = Math.Max(FirstCapacity, 2 * (_length + input.Length));
            var larger = _buffers?.Rent(capacity) ?? new byte[capacity];
            _input.AsSpan(0, _length).CopyTo(larger);
            _input = larger;
            _isShared = false;
        }

        input.CopyTo(_input.AsSpan(_length));
        _length += input.Length;
    }

    public byte[] CalculateHash()
    {
        var output = new byte[_kind.Bytes()];
        Hashing.Hash(_kind, _input.AsSpan(0, _length), output);
        Reset();
        return output;
    }

    public TlsHash CloneHash()
    {
        // The original goes on writing into the shared array, behind what the clone reads.
        return new NativeHash(_kind, _buffers, _input, _length) { _isShared = true };
    }

    public void Reset()
    {
        _input = [];
        _length = 0;
        _isShared = false;
    }
}

/// <summary>The pooled buffers for the hash inputs of one handshake, all returned when it is over.</summary>
internal sealed class TranscriptBuffers
{
    private readonly List<byte[]> _rented = [];

    /// <summary>A buffer of at least that many bytes, for the rest of the handshake.</summary>
    public byte[] Rent(int atLeast)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(atLeast);
        _rented.Add(buffer);
        return buffer;
    }

    /// <summary>The handshake is over: returns the buffers to the pool.</summary>
    public void ReturnAll()
    {
        foreach (var buffer in _rented)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _rented.Clear();
    }
}

/// <summary>HMAC over a message that is kept until the end.</summary>
internal sealed class NativeHmac(HashKind kind) : TlsHmac
{
    private readonly ArrayBufferWriter<byte> _message = new();
    private byte[] _key = [];

    public int MacLength => kind.Bytes();

    public int InternalBlockSize => kind.BlockBytes();

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
        Hashing.Hmac(kind, _key, _message.WrittenSpan, output);
        Reset();
    }

    public void Reset() => _message.ResetWrittenCount();
}
