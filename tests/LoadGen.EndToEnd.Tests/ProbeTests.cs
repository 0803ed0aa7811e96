using System.Text.Json;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

public sealed class ProbeTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Probe_tells_chain_tickets_and_preferences()
    {
        var certificate = _authority.Issue(new LeafOptions { ViaIntermediate = true });
        await using var server = await OpensslServer.StartAsync(new TlsServerOptions { Certificates = [certificate] }, cancellation: Cancellation);

        var probe = await ProbeAsync(server);

        Assert.Equal("1.3", probe.GetProperty("negotiated").GetProperty("tlsVersion").GetString());
        Assert.Equal(2, probe.GetProperty("chain").GetArrayLength());
        Assert.Equal("ECDSA-P256", probe.GetProperty("chain")[0].GetProperty("keyType").GetString());
        Assert.Equal(29, probe.GetProperty("chain")[0].GetProperty("daysLeft").GetInt32());
        Assert.Equal([7200, 7200], probe.GetProperty("ticketLifetimesSeconds").EnumerateArray().Select(each => each.GetDouble()));
        Assert.False(probe.GetProperty("preferences").GetProperty("prefersItsOwnOrder").GetBoolean());
        Assert.DoesNotContain("missing", probe.GetProperty("warnings").ToString(), StringComparison.Ordinal);
        Assert.Contains("expires in 29 days", probe.GetProperty("warnings").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_warns_of_a_missing_intermediate()
    {
        var certificate = _authority.Issue(new LeafOptions { ViaIntermediate = true });
        var leaf = Path.GetTempFileName();
        var pem = await File.ReadAllTextAsync(certificate.ChainPath, Cancellation);
        const string End = "-----END CERTIFICATE-----";
        await File.WriteAllTextAsync(leaf, pem[..(pem.IndexOf(End, StringComparison.Ordinal) + End.Length)] + "\n", Cancellation);
        var alone = certificate with { ChainPath = leaf, IntermediatesPath = null };
        await using var server = await OpensslServer.StartAsync(new TlsServerOptions { Certificates = [alone] }, cancellation: Cancellation);

        var probe = await ProbeAsync(server, exitCode: 10);

        Assert.Contains("missing intermediate", probe.GetProperty("warnings").ToString(), StringComparison.Ordinal);
        Assert.Equal("certificate_untrusted", probe.GetProperty("failure").GetProperty("kind").GetString());
        File.Delete(leaf);
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.3")]
    public async Task Probe_tells_that_a_client_certificate_was_requested_and_whose(string version)
    {
        await using var server = await OpensslServer.StartAsync(_authority.Good(), ["-verify", "1", "-CAfile", _authority.PemPath], Cancellation);

        var request = (await ProbeAsync(server, 0, "--tls", version)).GetProperty("clientCertificateRequest");

        Assert.True(request.GetProperty("requested").GetBoolean());
        Assert.Equal(
            ["CN=LoadGen test root EcdsaP256", "CN=LoadGen test root Rsa2048"],
            request.GetProperty("authorities").EnumerateArray().Select(each => each.GetString()!).Order(StringComparer.Ordinal).Take(2));
        var text = await LoadGenProgram.RunAsync(
            ["probe", server.EndPoint.ToString(), "--servername", "localhost", "--cacert", _authority.PemPath, "--tls", version], cancellation: Cancellation);
        Assert.Contains("requested and not sent", text.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("of CN=LoadGen test root EcdsaP256", text.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_tells_that_no_client_certificate_was_requested_and_warns_of_nothing_where_the_given_root_completes_the_chain()
    {
        await using var server = await OpensslServer.StartAsync(_authority.Issue(new LeafOptions { NotAfter = DateTimeOffset.UtcNow.AddDays(60) }), cancellation: Cancellation);

        var probe = await ProbeAsync(server);

        Assert.False(probe.GetProperty("clientCertificateRequest").GetProperty("requested").GetBoolean());
        Assert.Equal("[]", probe.GetProperty("warnings").ToString());
    }

    [Fact]
    public async Task Probe_warns_of_a_name_that_is_the_common_name_only()
    {
        using var folder = new TemporaryFile();
        var (key, chain) = (folder.Path + ".key", folder.Path + ".pem");
        await using (var openssl = ChildProcess.Start(
            RealServers.Require("openssl"), ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "60", "-subj", "/CN=localhost", "-keyout", key, "-out", chain]))
        {
            Assert.Equal(0, await openssl.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        }

        await using var server = await OpensslServer.StartAsync(new CertificateFiles(chain, null, key, ""), cancellation: Cancellation);
        var program = await LoadGenProgram.RunAsync(["probe", server.EndPoint.ToString(), "--servername", "localhost", "--cacert", chain, "--json", "-"], cancellation: Cancellation);

        var warnings = JsonDocument.Parse(program.StandardOutput).RootElement.GetProperty("warnings").EnumerateArray().Select(each => each.GetString());
        Assert.Equal(["the server's certificate has its name only as the common name (localhost), which browsers reject: it needs a subjectAltName (RFC 9525)"], warnings);
        File.Delete(key);
        File.Delete(chain);
    }

    private async Task<JsonElement> ProbeAsync(OpensslServer server, int exitCode = 0, params string[] more)
    {
        var program = await LoadGenProgram.RunAsync(
            ["probe", server.EndPoint.ToString(), "--servername", "localhost", "--cacert", _authority.PemPath, "--json", "-", .. more], cancellation: Cancellation);
        Assert.Equal((exitCode, ""), (program.ExitCode, program.StandardError));
        return JsonDocument.Parse(program.StandardOutput).RootElement;
    }
}
