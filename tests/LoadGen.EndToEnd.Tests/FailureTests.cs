using System.Diagnostics;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

public sealed class FailureTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("sslstream")]
    public async Task A_refused_port_ends_in_its_own_kind(string engine)
    {
        using var port = new RefusedPort();

        await AssertFailsAsync("connection_refused", engine, port.EndPoint.ToString());
    }

    [Fact]
    public Task An_unknown_host_ends_in_its_own_kind() => AssertFailsAsync("dns_failure", "bouncycastle", "no-such-host.invalid:443");

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("sslstream")]
    public async Task A_silent_server_ends_in_a_timeout_and_nothing_hangs(string engine)
    {
        await using var server = ScriptedServer.Silent();
        var clock = Stopwatch.StartNew();

        await AssertFailsAsync("handshake_timeout", engine, server.EndPoint.ToString(), "--timeout", "1s");

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("sslstream")]
    public async Task A_server_that_closes_after_client_hello_ends_in_its_own_kind(string engine)
    {
        await using var server = ScriptedServer.ClosesAfterClientHello();

        await AssertFailsAsync("closed_early", engine, server.EndPoint.ToString());
    }

    public static TheoryData<string, string, string> Certificates
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var engine in (string[])["bouncycastle", "sslstream"])
            {
                data.Add("expired", "certificate_expired", engine);
                data.Add("wrong-name", "certificate_wrong_name", engine);
                data.Add("self-signed", "certificate_untrusted", engine);
                data.Add("not-yet-valid", "certificate_not_yet_valid", engine);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Certificates))]
    public async Task A_bad_certificate_ends_in_its_own_kind(string certificate, string kind, string engine)
    {
        var files = certificate switch
        {
            "expired" => _authority.Expired(),
            "wrong-name" => _authority.WrongName(),
            "self-signed" => _authority.SelfSigned(),
            _ => _authority.NotYetValid(),
        };
        await using var nginx = await NginxServer.StartAsync(
            new NginxOptions { Certificates = [files] }, TestContext.Current.CancellationToken);

        await AssertFailsAsync(kind, engine, nginx.EndPoint.ToString(), "--cacert", _authority.PemPath);
    }

    [Fact]
    public async Task A_public_address_is_refused_before_anything_is_dialled()
    {
        var program = await LoadGenProgram.RunAsync(
            ["run", "--target", "203.0.113.7:443", "--count", "1"], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(14, program.ExitCode);
        Assert.Contains("--authorize", program.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_plan_lists_every_problem_with_its_line()
    {
        var plan = Path.Combine(Directory.CreateTempSubdirectory("loadgen-").FullName, "plan.yaml");
        await File.WriteAllTextAsync(
            plan,
            """
            name: broken
            targets:
              - name: t
                address: 127.0.0.1:99999
            profiles:
              - { name: p, tls: "1.9" }
            load:
              - hold: { rate: fast, for: 5s }
            thresholds: [ "p42 < 50ms" ]
            colour: blue
            """,
            TestContext.Current.CancellationToken);

        var program = await LoadGenProgram.RunAsync(["check", plan], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(2, program.ExitCode);
        foreach (var line in (int[])[4, 6, 8, 9, 10])
        {
            Assert.Contains($"plan.yaml:{line}:", program.StandardError, StringComparison.Ordinal);
        }
    }

    private static async Task AssertFailsAsync(string kind, string engine, string target, params string[] more)
    {
        var (program, result) = await Runs.ExecuteAsync(
            ["--target", target, "--rate", "20", "--duration", "1s", "--engine", engine, .. more]);

        Assert.Equal(10, program.ExitCode);
        Assert.Equal(20, result.Books.Failed);
        Assert.Equal(kind, Assert.Single(result.Failures).Kind);
        Assert.DoesNotContain("   at ", program.StandardError, StringComparison.Ordinal);
    }
}
