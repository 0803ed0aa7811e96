using System.IO.Compression;
using LoadGen.Core.Plans;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast.Tls13;

/// <summary>CompressedCertificate (RFC 8879 section 4).</summary>
internal static class CompressedCertificate
{
    /// <summary>Reads the body of the message and decompresses the Certificate in it.</summary>
    /// <param name="body">The body.</param>
    /// <param name="offered">The algorithms that were offered.</param>
    /// <param name="certificate">Receives the body of Certificate.</param>
    /// <param name="algorithm">The algorithm that the server chose.</param>
    /// <returns>Why it is refused; <see langword="null"/> if it could be read.</returns>
    public static Refusal? Read(ReadOnlySpan<byte> body, IReadOnlyList<CertificateCompression> offered, ref PooledBytes certificate, out CertificateCompression algorithm)
    {
        var message = new WireReader(body);
        algorithm = (CertificateCompression)message.U16();
        var length = message.U24();
        var compressed = message.Vector24();
        if (!message.IsComplete || compressed.IsEmpty)
        {
            return Refusal.Undecodable(TlsMessage.compressed_certificate);
        }

        if (!offered.Contains(algorithm))
        {
            return new Refusal(TlsAlert.illegal_parameter, $"it compressed its certificates by algorithm {(ushort)algorithm}, which was not offered");
        }

        // Known before anything is decompressed, so that a few bytes cannot become many.
        if (length > ServerLimits.BytesOf(TlsMessage.certificate))
        {
            return new Refusal(TlsAlert.bad_certificate, ServerLimits.TooLong(TlsMessage.certificate, length));
        }

        return TryDecompress(algorithm, compressed, certificate.Add(length))
            ? null
            : new Refusal(TlsAlert.bad_certificate, "its compressed certificates cannot be decompressed to the length that it says");
    }

    private static bool TryDecompress(CertificateCompression algorithm, ReadOnlySpan<byte> compressed, Span<byte> output)
    {
        if (algorithm == CertificateCompression.Brotli)
        {
            return BrotliDecoder.TryDecompress(compressed, output, out var written) && written == output.Length;
        }

        using var stream = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        try
        {
            return stream.ReadAtLeast(output, output.Length, throwOnEndOfStream: false) == output.Length && stream.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
