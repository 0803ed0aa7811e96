using System.IO.Compression;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>CompressedCertificate (RFC 8879 section 4), right and wrong. The servers of the suite have been built without it.</summary>
public sealed class CompressedCertificateTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const int Zlib = 1;
    private const int Brotli = 2;

    [Theory]
    [InlineData(Zlib, CertificateCompression.Zlib)]
    [InlineData(Brotli, CertificateCompression.Brotli)]
    public void A_chain_that_came_compressed_is_judged_and_named(int algorithm, CertificateCompression expected)
    {
        using var server = Serve(algorithm, Compress);

        Assert.Null(server.Machine.Fault);
        Assert.Equal(expected, server.Machine.Negotiated?.CertificateCompression);
    }

    [Theory]
    [InlineData(Zlib)]
    [InlineData(Brotli)]
    public void Another_length_than_it_says_is_refused(int algorithm)
    {
        foreach (var difference in (int[])[-1, 1])
        {
            using var server = Serve(algorithm, Compress, difference);

            Assert.Equal("bad_certificate", server.Machine.Fault?.Alert);
        }
    }

    [Theory]
    [InlineData(Zlib)]
    [InlineData(Brotli)]
    public void What_is_not_compressed_data_is_refused(int algorithm)
    {
        using var server = Serve(algorithm, (_, body) => [.. body.Select(one => (byte)~one)]);

        Assert.Equal("bad_certificate", server.Machine.Fault?.Alert);
    }

    [Fact]
    public void More_than_a_chain_may_have_is_refused_before_it_is_decompressed()
    {
        using var server = Serve(Zlib, Compress, difference: 10_000_000);

        Assert.Equal("bad_certificate", server.Machine.Fault?.Alert);
        Assert.Contains("limit", server.Machine.Fault!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_algorithm_that_was_not_offered_is_refused()
    {
        using var server = Serve(3, (_, body) => body);

        Assert.Equal("illegal_parameter", server.Machine.Fault?.Alert);
    }

    [Fact]
    public void Nothing_compressed_is_taken_where_nothing_was_offered()
    {
        using var server = Serve(Zlib, Compress, profile: new Profile { Name = "p" });

        Assert.Equal("unexpected_message", server.Machine.Fault?.Alert);
    }

    private MemoryServer Serve(int algorithm, Func<int, byte[], byte[]> compress, int difference = 0, Profile? profile = null)
    {
        var server = new MemoryServer(authority, profile ?? new Profile { Name = "p", CertificateCompression = [CertificateCompression.Brotli, CertificateCompression.Zlib] });
        var tls = server.Begin();
        var hello = RawTls13.Record(RawTls13.Handshake, tls.ServerHello());
        tls.UseHandshakeKeys();
        byte[] list = [.. RawTls13.U24(tls.Certificate.Length), .. tls.Certificate, 0, 0];
        byte[] body = [0, .. RawTls13.U24(list.Length), .. list];
        var compressed = compress(algorithm, body);
        byte[] flight =
        [
            .. tls.EncryptedExtensions(),
            .. tls.Message(25, [.. RawTls13.U16(algorithm), .. RawTls13.U24(body.Length + difference), .. RawTls13.U24(compressed.Length), .. compressed]),
            .. tls.CertificateVerify(),
            .. tls.Finished(),
        ];
        server.Offer([.. hello, .. tls.Seal(RawTls13.Handshake, flight)]);
        return server;
    }

    private static byte[] Compress(int algorithm, byte[] body)
    {
        using var output = new MemoryStream();
        using (Stream stream = algorithm == Zlib ? new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true) : new BrotliStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(body);
        }

        return output.ToArray();
    }
}
