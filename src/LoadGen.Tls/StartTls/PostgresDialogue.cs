namespace LoadGen.Tls.StartTls;

/// <summary>SSLRequest of PostgreSQL, "SSL Session Encryption" in the chapter on its frontend/backend protocol.</summary>
internal sealed class PostgresDialogue : Dialogue
{
    // The length, 8, and the number 80877103, which stands where a version would: both in network order.
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

    protected override ReadOnlyMemory<byte> Opening => SslRequest;

    protected override Step Read(ReadOnlySpan<byte> unread, out int used)
    {
        used = Math.Min(unread.Length, 1);
        return unread switch
        {
            [] => Step.NeedMore,
            [(byte)'S', ..] => Step.Ready,
            [(byte)'N', ..] => Step.Refused("the server does not offer TLS: it said N to SSLRequest"),

            // A server that cannot start a process for us; libpq does not show the text either (CVE-2024-10977).
            [(byte)'E', ..] => Step.Refused("the server answered SSLRequest with an error"),
            _ => Step.Broken($"the server did not answer as PostgreSQL does: its first byte is 0x{unread[0]:x2}"),
        };
    }
}
