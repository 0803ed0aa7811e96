using System.Net;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Interop;

/// <summary>However a connection ends, the server counts the handshake that we count.</summary>
public sealed class ClosingTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const int Times = 30;

    public static TheoryData<TlsVersion, CloseMode, Confirm, string> Ways => new(
        from version in (TlsVersion[])[TlsVersion.Tls12, TlsVersion.Tls13]
        from close in (CloseMode[])[CloseMode.Notify, CloseMode.Rst, CloseMode.Fin]
        from confirm in Enum.GetValues<Confirm>()
        from engine in Interop.EnginesOf(version)
        select (version, close, confirm, engine));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Haproxy_counts_what_we_count(TlsVersion version, CloseMode close, Confirm confirm, string engine)
    {
        await using var haproxy = await HaproxyServer.StartAsync(new TlsServerOptions { Certificates = [authority.Good()], AnswersHttp = true }, Cancellation);

        await CompleteAllAsync(PlanFor(haproxy.EndPoint, version, close, confirm) with { Engine = engine });

        Assert.Equal(Times, (await haproxy.WaitForHandshakesAsync(Times, Cancellation)).Count);
        Assert.Empty(haproxy.Failures);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Nginx_counts_what_we_count(TlsVersion version, CloseMode close, Confirm confirm, string engine)
    {
        // nginx closes without a close_notify of its own, also where it refuses a client certificate: that confirms nothing.
        var (completed, failed) = confirm == Confirm.Close ? (0, Times) : (Times, 0);
        await using var nginx = await NginxServer.StartAsync(new NginxOptions { Certificates = [authority.Good()] }, Cancellation);

        var outcomes = await Interop.ShakeAsync(PlanFor(nginx.HttpEndPoint, version, close, confirm) with { Engine = engine }, Times);

        Assert.Equal((completed, failed), (outcomes.Count(each => each.IsCompleted), outcomes.Count(each => each.Failure?.Kind == FailureKind.ClosedEarly)));
        Assert.Equal(Times, await nginx.WaitForHttpHandshakesAsync(Times, Cancellation));
    }

    [Theory]
    [InlineData("bouncycastle", TlsVersion.Tls12)]
    [InlineData("bouncycastle", TlsVersion.Tls13)]
    [InlineData("fast", TlsVersion.Tls12)]
    [InlineData("fast", TlsVersion.Tls13)]
    [InlineData("sslstream", TlsVersion.Tls12)]
    [InlineData("sslstream", TlsVersion.Tls13)]
    public async Task Without_a_word_on_closing_both_count_alike(string engine, TlsVersion version)
    {
        await using var haproxy = await HaproxyServer.StartAsync(new TlsServerOptions { Certificates = [authority.Good()], AnswersHttp = true }, Cancellation);

        await CompleteAllAsync(PlanFor(haproxy.EndPoint, version, close: null, Confirm.None) with { Engine = engine });

        Assert.Equal(Times, (await haproxy.WaitForHandshakesAsync(Times, Cancellation)).Count);
        Assert.Empty(haproxy.Failures);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_not_waited_for_again_and_again()
    {
        await using var nginx = await NginxServer.StartAsync(new NginxOptions { Certificates = [authority.Good()] }, Cancellation);
        await using var mute = ScriptedServer.FallsSilent(nginx.EndPoint);

        var began = TimeProvider.System.GetTimestamp();
        await CompleteAllAsync(PlanFor(mute.EndPoint, TlsVersion.Tls13, CloseMode.Notify, Confirm.None));

        // Twice one second, not thirty times.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(25));
    }

    private static async Task CompleteAllAsync(Plan plan)
        => Assert.All(await Interop.ShakeAsync(plan, Times), outcome => Assert.True(outcome.IsCompleted, outcome.Failure?.ToString()));

    private Plan PlanFor(IPEndPoint endPoint, TlsVersion version, CloseMode? close, Confirm confirm)
    {
        var plan = new Plan
        {
            Name = "closing",
            Targets = [new Target { Name = "server", Host = endPoint.Address.ToString(), Port = endPoint.Port, ServerName = "localhost", Trust = new Trust.Authorities(authority.Pem) }],
            Profiles = [new Profile { Name = "p", TlsVersions = [version], Confirm = confirm }],
            Load = Interop.Once,
        };
        return close is { } mode ? plan with { Close = mode } : plan;
    }
}
