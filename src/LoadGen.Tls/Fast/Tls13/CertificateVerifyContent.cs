namespace LoadGen.Tls.Fast.Tls13;

/// <summary>What the signature of a CertificateVerify covers (RFC 8446 section 4.4.3): 64 spaces, whose it is, a zero, the hash of the transcript.</summary>
internal static class CertificateVerifyContent
{
    private const int Spaces = 64;

    /// <summary>The most bytes that it can have, with a hash of 64.</summary>
    public const int MostBytes = Spaces + 34 + 64;

    private static ReadOnlySpan<byte> Server => "TLS 1.3, server CertificateVerify\0"u8;

    private static ReadOnlySpan<byte> Client => "TLS 1.3, client CertificateVerify\0"u8;

    /// <summary>Writes the content of the server's signature.</summary>
    /// <returns>The part of the output that it takes.</returns>
    public static ReadOnlySpan<byte> OfServer(ReadOnlySpan<byte> transcript, Span<byte> output) => Write(Server, transcript, output);

    /// <summary>Writes the content of the client's signature.</summary>
    /// <returns>The part of the output that it takes.</returns>
    public static ReadOnlySpan<byte> OfClient(ReadOnlySpan<byte> transcript, Span<byte> output) => Write(Client, transcript, output);

    private static ReadOnlySpan<byte> Write(ReadOnlySpan<byte> context, ReadOnlySpan<byte> transcript, Span<byte> output)
    {
        output[..Spaces].Fill((byte)' ');
        context.CopyTo(output[Spaces..]);
        transcript.CopyTo(output[(Spaces + context.Length)..]);
        return output[..(Spaces + context.Length + transcript.Length)];
    }
}
