using System.Security.Cryptography;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Fast;

/// <summary>The running hash of all handshake messages (RFC 8446 section 4.4.1), for one handshake after another.</summary>
internal sealed class Transcript
{
    private readonly IncrementalHash?[] _hashes = new IncrementalHash?[3];
    private IncrementalHash? _current;

    /// <summary>The hash function.</summary>
    public HashKind Kind { get; private set; }

    /// <summary>Begins a handshake.</summary>
    public void Reset(HashKind kind)
    {
        Kind = kind;
        _current = _hashes[(int)kind] ??= IncrementalHash.CreateHash(kind.AlgorithmName());

        // What an earlier handshake left, if it failed.
        Span<byte> discarded = stackalloc byte[Hashing.MostBytes];
        _current.GetHashAndReset(discarded);
    }

    /// <summary>Adds a message, with its header.</summary>
    public void Add(ReadOnlySpan<byte> message) => _current!.AppendData(message);

    /// <summary>The hash of the messages so far.</summary>
    /// <param name="hash">Room for it.</param>
    /// <returns>The part of the room that it takes.</returns>
    public Span<byte> Hash(Span<byte> hash) => hash[.._current!.GetCurrentHash(hash)];
}
