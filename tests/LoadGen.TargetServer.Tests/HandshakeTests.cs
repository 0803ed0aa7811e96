using System.Net;
using System.Security.Authentication;
using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.TargetServer.Tests;

public sealed class HandshakeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<KeyKind, TlsVersion> KeysAndVersions => new(
        from key in Enum.GetValues<KeyKind>()
        from version in new[] { TlsVersion.Tls12, TlsVersion.Tls13 }
        select (key, version));

    [Theory]
    [MemberData(nameof(KeysAndVersions))]
    public async Task Target_completes_a_full_handshake_with_a_client_that_trusts_its_authority(KeyKind key, TlsVersion version)
    {
        const string RsaEncryption = "1.2.840.113549.1.1.1";
        const string EcPublicKey = "1.2.840.10045.2.1";
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { Key = key, TlsVersions = [version] });

        await using (var client = await TlsClient.ConnectAsync(target, version))
        {
            Assert.Equal(key == KeyKind.Rsa2048 ? RsaEncryption : EcPublicKey, client.Stream.RemoteCertificate!.GetKeyAlgorithm());
        }

        Assert.Equal(new TargetCounters(Started: 1, Full: 1, 0, 0, 0, 0), await target.StopAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(KeysAndVersions))]
    public async Task Openssl_verifies_the_certificate_and_its_name(KeyKind key, TlsVersion version)
    {
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { Key = key });
        using var authority = new TemporaryFile(target.Authority);

        await using var client = ChildProcess.Start(RealServers.Require("openssl"),
        [
            "s_client", "-connect", target.EndPoint.ToString(), version == TlsVersion.Tls13 ? "-tls1_3" : "-tls1_2",
            "-CAfile", authority.Path, "-verify_hostname", "localhost", "-verify_return_error",
        ]);
        await client.WaitForLineAsync("Verify return code: 0 (ok)", Cancellation);
        client.EndInput();

        Assert.Equal(0, await client.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Equal(new TargetCounters(Started: 1, Full: 1, 0, 0, 0, 0), await target.StopAsync(Cancellation));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Certificate_is_valid_for_every_name_of_loopback(string name)
    {
        await using var target = BuiltInTarget.Start();

        await using var client = await TlsClient.ConnectAsync(target, serverName: name);

        Assert.True(client.Stream.IsAuthenticated);
    }

    [Fact]
    public async Task Certificate_is_refused_by_a_client_that_expects_another_name()
    {
        await using var target = BuiltInTarget.Start();

        await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(target, serverName: "elsewhere.test"));
    }

    [Fact]
    public async Task Target_listens_on_IPv6()
    {
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { Listen = new IPEndPoint(IPAddress.IPv6Loopback, 0) });

        await using var client = await TlsClient.ConnectAsync(target);

        Assert.True(client.Stream.IsAuthenticated);
    }

    [Fact]
    public async Task Version_that_the_target_does_not_speak_is_refused_and_counted_as_failed()
    {
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { TlsVersions = [TlsVersion.Tls13] });

        await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(target, TlsVersion.Tls12));

        Assert.Equal(new TargetCounters(Started: 1, 0, 0, Failed: 1, 0, 0), await target.StopAsync(Cancellation));
        Assert.NotNull(target.LatestError);
    }

    [Theory]
    [InlineData(TlsVersion.Tls13)]
    [InlineData(TlsVersion.Tls12)]
    public async Task Handshake_that_the_client_ends_by_reset_right_after_its_Finished_counts(TlsVersion version)
    {
        const int Handshakes = 2000;
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { TlsVersions = [version] });

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Handshakes),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation },
            async (_, _) => (await TlsClient.ConnectAsync(target, version)).Reset());

        Assert.Equal(new TargetCounters(Handshakes, Full: Handshakes, 0, 0, 0, 0), await target.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Handshake_counts_although_tickets_are_written_into_a_reset_connection()
    {
        const int Handshakes = 500;
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { TlsVersions = [TlsVersion.Tls13], AllowResumption = true });

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Handshakes),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation },
            async (_, _) => (await TlsClient.ConnectAsync(target)).Reset());

        Assert.Equal(new TargetCounters(Handshakes, Full: Handshakes, 0, 0, 0, 0), await target.StopAsync(Cancellation));
    }
}
