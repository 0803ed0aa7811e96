using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

public sealed class FailureTests : IDisposable
{
    private const string ExtendedKeyUsage = "2.5.29.37";

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    [InlineData("sslstream")]
    public async Task A_refused_port_ends_in_its_own_kind(string engine)
    {
        using var port = new RefusedPort();

        await AssertFailsAsync("connection_refused", engine, port.EndPoint.ToString());
    }

    [Fact]
    public async Task Connections_of_a_closed_load_rest_after_failures_and_the_result_says_so()
    {
        using var port = new RefusedPort();

        var (_, result) = await Runs.ExecuteAsync("--target", port.EndPoint.ToString(), "--concurrency", "8", "--duration", "3s");

        // 10, 20, 40 ... 640 ms after the first failures, then a second after each: ten of each connection.
        Assert.InRange(result.Books.Failed, 8, 80);
        Assert.InRange(result.Generator.RestedSeconds ?? 0, 1, 8 * 60);
    }

    [Fact]
    public Task An_unknown_host_ends_in_its_own_kind() => AssertFailsAsync("dns_failure", "bouncycastle", "no-such-host.invalid:443");

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
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
    [InlineData("fast")]
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
            foreach (var engine in (string[])["bouncycastle", "fast", "sslstream"])
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
    public async Task A_server_that_answers_and_resets_in_one_go_has_answered()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "bytes are held back by a socket option of Linux");
        using var certificate = CertificateOf(_authority.Good());
        await using var hasty = ScriptedServer.Does((connection, stopping) => AnswerAndResetAsync(connection, certificate, stopping));
        await using var refusing = ScriptedServer.ResetsAfterClientHello();

        var (program, result) = await Runs.ExecuteAsync(
            "--target", hasty.EndPoint.ToString(), "--target", refusing.EndPoint.ToString(), "--cacert", _authority.PemPath,
            "--confirm", "http", "--rate", "100", "--duration", "3s");

        Runs.AssertPasses(program.ExitCode, result);
        Assert.Equal([(150, 0), (0, 150)], result.Targets.Select(target => (target.Books.Completed, target.Books.Failed)));
        Assert.Equal("connection_reset", Assert.Single(result.Failures).Kind);
    }

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    [InlineData("sslstream")]
    public async Task Certificates_that_cannot_be_read_do_not_use_up_the_descriptors(string engine)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the descriptors of a process are counted in /proc");
        await using var server = await OpensslServer.StartAsync(
            _authority.Issue(new LeafOptions { MalformedExtension = ExtendedKeyUsage }), cancellation: TestContext.Current.CancellationToken);
        await using var program = LoadGenProgram.Start(
            ["run", "--target", server.EndPoint.ToString(), "--cacert", _authority.PemPath, "--tls", "1.3", "--engine", engine,
             "--rate", "100", "--duration", "6s", "--max-connections", "10", "--json", "-"]);

        await Runs.WaitForSecondAsync(program, 1);
        var before = DescriptorsOf(program);
        await Runs.WaitForSecondAsync(program, 5);
        var after = DescriptorsOf(program);
        await program.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        var result = Runs.Parse(string.Join('\n', program.StandardOutput), string.Join('\n', program.StandardError));
        Assert.Equal("certificate_invalid", Assert.Single(result.Failures).Kind);
        // Connections under way, and what the runtime opens as it needs it.
        Assert.InRange(after, 1, before + 40);
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

    // The answer and close_notify leave in one segment, right before the reset.
    private static async Task AnswerAndResetAsync(Socket connection, X509Certificate2 certificate, CancellationToken stopping)
    {
        // IPPROTO_TCP and TCP_CORK of Linux.
        const int tcp = 6;
        const int cork = 3;
        connection.NoDelay = true;
        await using var tls = new SslStream(new NetworkStream(connection));
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stopping);
            _ = await tls.ReadAsync(new byte[4096], stopping);
            connection.SetRawSocketOption(tcp, cork, BitConverter.GetBytes(1));
            await tls.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), stopping);
            await tls.ShutdownAsync();
            connection.SetRawSocketOption(tcp, cork, BitConverter.GetBytes(0));
            connection.LingerState = new LingerOption(true, 0);
            connection.Close();
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            // The client went first: its outcome says why.
        }
    }

    private static X509Certificate2 CertificateOf(CertificateFiles files)
    {
        using var unkept = X509Certificate2.CreateFromPemFile(files.ChainPath, files.KeyPath);
        return X509CertificateLoader.LoadPkcs12(unkept.Export(X509ContentType.Pkcs12), null);
    }

    private static int DescriptorsOf(ChildProcess program) => Directory.GetFiles($"/proc/{program.Id}/fd").Length;

    private static async Task AssertFailsAsync(string kind, string engine, string target, params string[] more)
    {
        var (program, result) = await Runs.ExecuteAsync(
            ["--target", target, "--rate", "20", "--duration", "1s", "--engine", engine, .. more]);

        Runs.AssertFails(program.ExitCode, result, "no handshake completed");
        Assert.Equal(20, result.Books.Failed);
        Assert.Equal(kind, Assert.Single(result.Failures).Kind);
        Assert.DoesNotContain("   at ", program.StandardError, StringComparison.Ordinal);
    }
}
