using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>
/// A hash that keeps its input and computes when it is asked. A handshake hashes two or three kilobytes, and forks the hash
/// of its transcript several times: forks share the input until one of them writes, which they hardly ever do.
/// </summary>
internal sealed class NativeHash : TlsHash
{
    private const int FirstCapacity = 4096;

    private readonly int _algorithm;
    private readonly TranscriptBuffers? _buffers;
    private byte[] _input;
    private int _length;
    private bool _isShared;

    /// <param name="algorithm">One that <see cref="Hashing"/> supports.</param>
    /// <param name="buffers">Where to keep the input; by default in arrays of its own.</param>
    public NativeHash(int algorithm, TranscriptBuffers? buffers = null)
        : this(algorithm, buffers, [], 0)
    {
    }

    private NativeHash(int algorithm, TranscriptBuffers? buffers, byte[] input, int length)
    {
        _algorithm = algorithm;
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
        var output = new byte[Hashing.Size(_algorithm)];
        Hashing.Hash(_algorithm, _input.AsSpan(0, _length), output);
        Reset();
        return output;
    }

    public TlsHash CloneHash()
    {
        // The one that goes on writing is the original; what it appends lies behind what the clone reads.
        return new NativeHash(_algorithm, _buffers, _input, _length) { _isShared = true };
    }

    public void Reset()
    {
        _input = [];
        _length = 0;
        _isShared = false;
    }
}
