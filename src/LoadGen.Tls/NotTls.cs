namespace LoadGen.Tls;

/// <summary>Recognises servers that do not speak TLS by their first bytes.</summary>
internal static class NotTls
{
    /// <summary>What the bytes are instead; <see langword="null"/> if they can be TLS records (RFC 8446 section 5.1).</summary>
    public static string? Explain(ReadOnlySpan<byte> first)
        => first[0] is >= 20 and <= 23 ? null
            : first.StartsWith("HTTP/"u8) ? "the server does not speak TLS: it answered with plain HTTP"
            : first.StartsWith("SSH-"u8) ? "the server does not speak TLS: it is an SSH server"
            : first.StartsWith("220"u8) ? "the server does not speak TLS at once: it greeted like a mail or FTP server"
            : $"the server does not speak TLS: its first byte is 0x{first[0]:x2}";
}
