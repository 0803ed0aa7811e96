using System.Security.Cryptography;

namespace LoadGen.Tls;

/// <summary>Finds the ends of records in the bytes from the server (RFC 8446 section 5.1): type, version, length, then so many bytes.</summary>
internal struct RecordFrames
{
    private const int HeaderBytes = 5;

    private ulong _header;
    private int _headerBytes;
    private int _left;

    /// <summary>Whether the bytes taken so far end with a whole record.</summary>
    public readonly bool IsAtEnd => _headerBytes == 0;

    /// <summary>Whether the header of that record is known.</summary>
    public readonly bool HasHeader => _headerBytes is 0 or HeaderBytes;

    /// <summary>The type of the record that is being read, or was read last.</summary>
    public byte Type { get; private set; }

    /// <summary>The high byte of that record's version, which is 3 for every version of TLS.</summary>
    public byte MajorVersion { get; private set; }

    /// <summary>The length of that record without its header.</summary>
    public int Length { get; private set; }

    /// <summary>Goes on to the end of the current record, or to the end of the bytes.</summary>
    /// <param name="bytes">The next bytes.</param>
    /// <returns>How many bytes that are, and how many of them, at their end, are content.</returns>
    public (int Taken, int Content) Take(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (_headerBytes < HeaderBytes && taken < bytes.Length)
        {
            _header = (_header << 8) | bytes[taken++];
            if (++_headerBytes == HeaderBytes)
            {
                Type = (byte)(_header >> 32);
                MajorVersion = (byte)(_header >> 24);
                Length = _left = (ushort)_header;
            }
        }

        var body = Math.Min(_left, bytes.Length - taken);
        _left -= body;
        if (_headerBytes == HeaderBytes && _left == 0)
        {
            _headerBytes = 0;
        }

        return (taken + body, body);
    }
}

/// <summary>Tells a HelloRetryRequest from a ServerHello, which it is by its type.</summary>
internal static class HelloRetry
{
    private static readonly byte[] Random = SHA256.HashData("HelloRetryRequest"u8);

    /// <summary>Whether the body of a ServerHello is one: its random, behind the version, is the hash of the name (RFC 8446 section 4.1.3).</summary>
    public static bool Is(ReadOnlySpan<byte> hello) => hello.Length >= 34 && hello[2..34].SequenceEqual(Random);
}
