namespace LoadGen.Tls.Tests;

public sealed class NotTlsTests
{
    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request", "plain HTTP")]
    [InlineData("SSH-2.0-OpenSSH_9.2", "SSH server")]
    [InlineData("220 mail.example.com ESMTP", "mail or FTP server")]
    [InlineData("\u0001", "0x01")]
    public void A_server_of_another_protocol_is_named(string first, string expected)
        => Assert.Contains(expected, NotTls.Explain(System.Text.Encoding.Latin1.GetBytes(first)), StringComparison.Ordinal);

    [Theory]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void A_record_of_tls_is_none(byte type) => Assert.Null(NotTls.Explain([type]));
}
