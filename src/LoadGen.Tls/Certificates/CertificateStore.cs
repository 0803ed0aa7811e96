using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LoadGen.Tls.Certificates;

/// <summary>
/// What an engine parsed from the certificates that servers sent in a run, each parsed once: parsing a certificate and its key
/// for every handshake can cost more than the handshake. Safe for concurrent use.
/// </summary>
/// <param name="parse">Parses a DER encoding; what it throws reaches the caller of <see cref="Get"/>.</param>
internal sealed class CertificateStore<T>(Func<byte[], T> parse)
    where T : class
{
    // A server that sends a new certificate each time must not fill the memory.
    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<byte[], T> _known = new(ByContent.Instance);

    /// <summary>The certificate of a DER encoding.</summary>
    public T Get(ReadOnlySpan<byte> encoding)
    {
        if (_known.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(encoding, out var known))
        {
            return known;
        }

        var copy = encoding.ToArray();
        var parsed = parse(copy);
        return _known.Count < MostKept ? _known.GetOrAdd(copy, parsed) : parsed;
    }

    private sealed class ByContent : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        // The signature at the end of a certificate tells it from any other.
        private const int HashedBytes = 32;

        public static ByContent Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate[Math.Max(0, alternate.Length - HashedBytes)..]);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
