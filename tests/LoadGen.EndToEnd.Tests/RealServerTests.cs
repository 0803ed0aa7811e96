using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

public sealed class RealServerTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    public static TheoryData<KeyKind, string, string> Combinations
    {
        get
        {
            var data = new TheoryData<KeyKind, string, string>();
            foreach (var engine in (string[])["bouncycastle", "fast", "sslstream"])
            {
                foreach (var key in (KeyKind[])[KeyKind.EcdsaP256, KeyKind.Rsa2048])
                {
                    data.Add(key, "1.2", engine);
                    data.Add(key, "1.3", engine);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Nginx_and_the_result_agree_on_every_handshake(KeyKind key, string tls, string engine)
    {
        await using var nginx = await NginxServer.StartAsync(
            new NginxOptions { Certificates = [_authority.Good(key)] }, TestContext.Current.CancellationToken);

        var (program, result) = await Runs.ExecuteAsync(
            "--target", nginx.EndPoint.ToString(), "--cacert", _authority.PemPath, "--rate", "300", "--duration", "4s", "--tls", tls, "--engine", engine);

        Assert.Equal(1200, result.Books.Scheduled);
        Assert.True(result.Books.Completed == 1200, program.StandardError);
        var sessions = await nginx.WaitForHandshakesAsync(1200, TestContext.Current.CancellationToken);
        Assert.Equal(1200, sessions.Count);
        var negotiated = Assert.Single(result.Negotiated);
        Assert.Equal(tls, negotiated.TlsVersion);
        Assert.False(negotiated.Resumed);
        Assert.All(sessions, session =>
        {
            Assert.Equal(negotiated.TlsVersion, session.TlsVersion.Name());
            Assert.Equal(negotiated.CipherSuite, session.CipherSuite);
            Assert.False(session.Resumed);
        });
        if (engine != "sslstream")
        {
            Assert.All(sessions, session => Assert.Equal(negotiated.Group, session.Group));
        }
    }

    [Theory]
    [InlineData("bouncycastle", "1.2")]
    [InlineData("bouncycastle", "1.3")]
    [InlineData("fast", "1.2")]
    [InlineData("fast", "1.3")]
    [InlineData("sslstream", "1.3")]
    public async Task Openssl_and_the_result_agree(string engine, string tls)
    {
        await using var server = await OpensslServer.StartAsync(_authority.Good(), cancellation: TestContext.Current.CancellationToken);

        var (program, result) = await Runs.ExecuteAsync(
            "--target", server.EndPoint.ToString(), "--cacert", _authority.PemPath, "--rate", "100", "--duration", "3s", "--tls", tls, "--engine", engine);

        Assert.Equal(300, result.Books.Scheduled);
        Assert.True(result.Books.Completed == 300, program.StandardError);
        var negotiated = Assert.Single(result.Negotiated);
        var told = await server.WaitForHandshakesAsync(300, TestContext.Current.CancellationToken);
        Assert.Equal(300, told.Count);
        Assert.All(told, handshake => Assert.Equal(
            (negotiated.TlsVersion, negotiated.CipherSuite), (handshake.TlsVersion.Name(), handshake.CipherSuite)));
    }
}
