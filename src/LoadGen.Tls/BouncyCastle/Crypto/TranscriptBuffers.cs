using System.Buffers;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>The buffers in which one handshake keeps what it hashes; they go back to the pool all together, when it is over.</summary>
internal sealed class TranscriptBuffers
{
    private readonly List<byte[]> _rented = [];

    /// <summary>A buffer of at least that size, for the rest of the handshake.</summary>
    public byte[] Rent(int atLeast)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(atLeast);
        _rented.Add(buffer);
        return buffer;
    }

    /// <summary>Nothing of the handshake is used any more.</summary>
    public void ReturnAll()
    {
        foreach (var buffer in _rented)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _rented.Clear();
    }
}
