using System.Net;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.BouncyCastle;

/// <summary>Refusals whose alert says little have a sentence that says more.</summary>
public sealed class RefusalDetailTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // A ServerHello of TLS 1.2 (RFC 5246 section 7.4.1.3) with the suite TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 and no extensions.
    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    public async Task A_server_without_secure_renegotiation_is_refused_with_the_reason(string engine)
    {
        byte[] hello = [2, 0, 0, 38, 3, 3, .. new byte[32], 0, 0xc0, 0x2f, 0];
        await using var server = ScriptedServer.Answers((byte[])[22, 3, 3, 0, (byte)hello.Length, .. hello]);

        var failure = await FailAsync(engine, server.EndPoint, TlsVersion.Tls12);

        Assert.Equal((FailureKind.ProtocolError, "handshake_failure"), (failure.Kind, failure.Alert));
        Assert.Contains("renegotiation_info", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("RFC 5746", failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bouncycastle", TlsVersion.Tls12, true)]
    [InlineData("bouncycastle", TlsVersion.Tls13, false)]
    [InlineData("fast", TlsVersion.Tls12, true)]
    [InlineData("fast", TlsVersion.Tls13, false)]
    public async Task A_handshake_failure_before_TLS_1_3_names_the_curve_that_is_not_offered(string engine, TlsVersion version, bool isNamed)
    {
        await using var server = ScriptedServer.Alerts(40);

        Assert.Equal(isNamed, (await FailAsync(engine, server.EndPoint, version)).Detail.Contains("secp521r1", StringComparison.Ordinal));
    }

    private static async Task<Failure> FailAsync(string engine, IPEndPoint server, TlsVersion version)
    {
        var plan = new Plan
        {
            Name = "refused",
            Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = server.Port, ServerName = "localhost", Trust = Trust.Insecure }],
            Profiles = [new Profile { Name = "p", TlsVersions = [version] }],
            Load = new Load.Closed(1, Duration: null, Count: 1),
        };
        using var created = Engines.Create(plan with { Engine = engine }, TimeProvider.System);
        using var client = created.CreateClient();
        return (await client.HandshakeAsync(0, 0, Cancellation)).Failure!;
    }
}
