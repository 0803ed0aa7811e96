using System.Net;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Tests.Plans;

/// <summary>How a plan says where connections go: rules, proxies, sockets, names in files.</summary>
public sealed class RoutingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loadgen-routing-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("gateway:443:127.0.0.1", "gateway", 443, "127.0.0.1")]
    [InlineData("gateway:443:[::1],127.0.0.1", "gateway", 443, "::1,127.0.0.1")]
    [InlineData("gateway:443:::1", "gateway", 443, "::1")]
    [InlineData("*:443:10.0.0.1", null, 443, "10.0.0.1")]
    public void A_rule_stands_in_for_the_resolver(string text, string? host, int port, string addresses)
    {
        var rule = Assert.Single(Valid(Flags("gateway:443").With("--resolve", text)).Resolve);

        Assert.Equal((host, port, addresses), (rule.Host, rule.Port, string.Join(',', rule.Addresses)));
    }

    [Theory]
    [InlineData("--resolve", "gateway:443")]
    [InlineData("--resolve", "gateway:443:other.host")]
    [InlineData("--resolve", "gateway:0:127.0.0.1")]
    [InlineData("--resolve", "other:443:127.0.0.1")]
    [InlineData("--connect-to", "gateway:443:other")]
    [InlineData("--connect-to", "other:443:gateway:8443")]
    [InlineData("--connect-to", "gateway:443:other:99999")]
    [InlineData("--source", "10.0.0.0/24")]
    [InlineData("--source", "localhost")]
    [InlineData("--sni", "10.0.0.1")]
    [InlineData("--proxy", "proxy.internal")]
    [InlineData("--proxy", "https://proxy.internal:3128")]
    [InlineData("--proxy-protocol", "v3")]
    [InlineData("--proxy-clients", "10.1.0.0/40")]
    [InlineData("--target", "unix:gateway.sock")]
    [InlineData("--servername", "@no-such-file.txt")]
    public void What_cannot_be_meant_is_one_problem_at_its_flag(string flag, string value)
    {
        var problem = Assert.Single(Invalid((flag == "--target" ? PlanFlags.None.With("--concurrency", "1").With("--count", "1") : Flags("gateway:443")).With(flag, value)));

        Assert.StartsWith(flag, problem.Place, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy);
    }

    [Theory]
    [InlineData("gateway:443:127.0.0.1:8443", "127.0.0.1", 8443)]
    [InlineData("::127.0.0.1:", "127.0.0.1", 443)]
    [InlineData("gateway:443::8443", "gateway", 8443)]
    [InlineData(":443:[::1]:8443", "::1", 8443)]
    public void A_rule_connects_elsewhere_and_keeps_the_server_name(string text, string host, int port)
    {
        var plan = Valid(Flags("gateway:443").With("--connect-to", text));

        Assert.Equal((host, port), Routes.EndOf(plan, plan.Targets[0]));
        Assert.Equal("gateway", plan.Targets[0].ServerName);
    }

    [Fact]
    public void Resolving_comes_after_connecting_elsewhere_and_applies_to_the_proxy_that_is_dialled()
    {
        var plan = Valid(Flags("gateway:443").With("--connect-to", "gateway:443:other:8443").With("--resolve", "other:8443:10.0.0.7"));
        Assert.Equal([IPAddress.Parse("10.0.0.7")], Routes.FixedAddresses(plan, "other", 8443));

        var proxied = Valid(Flags("gateway:443").With("--proxy", "proxy:3128").With("--resolve", "proxy:3128:10.0.0.8"));
        Assert.Equal(("proxy", 3128), Routes.DialledOf(proxied, proxied.Targets[0]));
    }

    [Fact]
    public void A_proxy_has_credentials_that_no_text_shows()
    {
        var target = Valid(Flags("gateway:443").With("--proxy", "http://user:p%40ss%3Aword@proxy:3128")).Targets[0];

        Assert.Equal("user:p@ss:word", target.Proxy?.Credentials);
        Assert.DoesNotContain("word", target.ToString(), StringComparison.Ordinal);
        Assert.All(Invalid(Flags("gateway:443").With("--proxy", "http://user:secret@proxy")), problem => Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_keeps_where_it_goes_on_its_way_to_the_workers()
    {
        var plan = Valid(Flags("unix:/run/gateway.sock").With("--sni", "none").With("--proxy-clients", "10.1.0.0/16").With("--source", "10.0.0.7,::1"));

        var travelled = Assert.IsType<PlanReading.Valid>(PlanDocument.Decode(PlanDocument.Encode(plan), null)).Plan;

        Assert.Equal(("unix:/run/gateway.sock", "localhost", "", ProxyProtocol.V2), (travelled.Targets[0].Address, travelled.Targets[0].ServerName, travelled.Targets[0].Sni, travelled.Targets[0].ProxyProtocol));
        Assert.Equal(plan.Sources, travelled.Sources);
    }

    [Fact]
    public void Server_names_come_from_a_file_too()
    {
        var file = Path.Combine(_folder, "names.txt");
        File.WriteAllText(file, "# those of the first machine\na.example.com\r\n\nb.example.com\n");
        Assert.Equal(["a.example.com", "b.example.com", "c.example.com"], Valid(Flags("gateway:443").With("--servername", $"@{file},c.example.com")).Targets[0].ServerNames);

        File.WriteAllText(file, "a.example.com\nnot a name\n");
        Assert.Equal($"{file}:2", Assert.Single(Invalid(Flags("gateway:443").With("--servername", $"@{file}"))).Place);
    }

    private static PlanFlags Flags(string target) => PlanFlags.None.With("--target", target).With("--concurrency", "1").With("--count", "1");

    private static PlanReading Read(PlanFlags flags) => new PlanReader(PlanKeysTests.EnginesOfTests).Read(null, null, flags);

    private static Plan Valid(PlanFlags flags)
    {
        var reading = Read(flags);
        Assert.True(reading is PlanReading.Valid, reading is PlanReading.Invalid invalid ? string.Join('\n', invalid.Problems) : "");
        return ((PlanReading.Valid)reading).Plan;
    }

    private static IReadOnlyList<PlanProblem> Invalid(PlanFlags flags) => Assert.IsType<PlanReading.Invalid>(Read(flags)).Problems;
}
