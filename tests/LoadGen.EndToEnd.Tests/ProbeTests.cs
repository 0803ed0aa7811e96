using System.Text.Json;
using LoadGen.TestServers.Certificates;
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

    private async Task<JsonElement> ProbeAsync(OpensslServer server, int exitCode = 0)
    {
        var program = await LoadGenProgram.RunAsync(
            ["probe", server.EndPoint.ToString(), "--servername", "localhost", "--cacert", _authority.PemPath, "--json", "-"], cancellation: Cancellation);
        Assert.Equal((exitCode, ""), (program.ExitCode, program.StandardError));
        return JsonDocument.Parse(program.StandardOutput).RootElement;
    }
}
