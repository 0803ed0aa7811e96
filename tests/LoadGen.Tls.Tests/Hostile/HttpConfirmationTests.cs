using System.Net;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;

namespace LoadGen.Tls.Tests.Hostile;

/// <summary>What counts as the answer that confirms a handshake, against a server that sends any bytes at any time.</summary>
public abstract class HttpConfirmationTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";

    private static readonly byte[] CertificateRequired = [2, 116];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Ok + "Content-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.0 204 \r\n")]
    [InlineData("HTTP/1.1 302\r\n")]
    [InlineData("HTTP/1.1 301 Moved\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")]
    public async Task A_status_of_success_confirms(string answer)
    {
        var outcome = await AnsweredAsync([answer]);

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.True(outcome.Negotiated.ServerConfirmed);
        Assert.NotNull(outcome.Phases[Phase.ServerConfirmed]);
    }

    [Theory]
    [InlineData("www.example.com", 443, "www.example.com")]
    [InlineData("localhost", 8443, "localhost:8443")]
    [InlineData("::1", 443, "[::1]")]
    [InlineData("fd00::17", 8443, "[fd00::17]:8443")]
    public void The_request_names_the_host_as_a_browser_does(string name, int port, string host)
        => Assert.Equal($"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: loadgen\r\nConnection: close\r\n\r\n", Encoding.ASCII.GetString(HttpRequest.For(name, port)));

    [Fact]
    public async Task A_status_line_may_come_in_any_pieces()
    {
        var outcome = await AnsweredAsync([.. "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n".Select(character => character.ToString())]);

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
    }

    [Theory]
    [InlineData("HTTP/1.1 400 No required SSL certificate was sent\r\n", 400)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n", 503)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 101)]
    public async Task Another_status_is_a_failure_of_its_own(string answer, int status)
    {
        var outcome = await AnsweredAsync([answer]);

        AssertFailed(FailureKind.UnexpectedStatus, outcome);
        Assert.EndsWith($"the server answered the request with HTTP status {status} (expected 2xx, 3xx)", outcome.Failure!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Ok, "404", false)]
    [InlineData(Ok, "200,404", true)]
    [InlineData("HTTP/1.1 404 Not Found\r\n", "404", true)]
    [InlineData("HTTP/1.1 401 Unauthorized\r\n", "4xx", true)]
    [InlineData("HTTP/1.1 301 Moved\r\n", "4xx", false)]
    public async Task The_profile_says_which_status_counts(string answer, string expected, bool completes)
    {
        var outcome = await AnsweredAsync([answer], Http with { ExpectStatus = expected.Split(',') });

        Assert.Equal(completes, outcome.IsCompleted);
    }

    [Theory]
    [InlineData("SSH-2.0-x\r\n", "it begins with \"S\"")]
    [InlineData("\0\0\u0006\u0004", "it begins with")]
    [InlineData("HTTP/1.1 2000 OK\r\n", "its first line is \"HTTP/1.1 2000 OK\"")]
    [InlineData("HTTP/1.1 099 OK\r\n", "its first line is")]
    [InlineData("HTTP/1.x 200 OK\r\n", "its first line is")]
    [InlineData("HTTP/1.1 200OK\r\n", "its first line is")]
    [InlineData("HTTP/2 200\r\n", "it begins with")]
    public async Task Bytes_that_are_not_HTTP_1_1_are_no_answer(string answer, string why)
    {
        var outcome = await AnsweredAsync([answer]);

        AssertFailed(FailureKind.ProtocolError, outcome);
        Assert.Contains(why, outcome.Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_no_answer()
    {
        AssertFailed(FailureKind.ProtocolError, await AnsweredAsync([Ok[..^2] + new string('x', 9000)]));
    }

    [Fact]
    public async Task Interim_answers_without_end_are_no_answer()
    {
        AssertFailed(FailureKind.ProtocolError, await AnsweredAsync([.. Enumerable.Repeat(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 500)), 8)]));
    }

    [Fact]
    public async Task What_came_with_Finished_answers_nothing_even_if_it_looks_like_an_answer()
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(tls.GoodFlight(), Data(tls, Ok + "\r\n"));
            await tls.ReadAsync();
            await tls.SendAsync(tls.Seal(RawTls13.Alert, CertificateRequired));
        });

        var outcome = await ShakeAsync(server.EndPoint, Http);

        AssertFailed(FailureKind.AlertReceived, outcome);
        Assert.Equal("certificate_required", outcome.Failure!.Alert);
    }

    [Fact]
    public async Task A_record_that_began_before_the_request_answers_nothing_even_if_it_ends_after_it()
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            var flight = tls.GoodFlight();
            var banner = Data(tls, Ok);
            await tls.SendAsync(flight, banner[..^1]);
            await tls.ReadAsync();
            await tls.SendAsync(banner[^1..], tls.Seal(RawTls13.Alert, CertificateRequired));
        });

        AssertFailed(FailureKind.AlertReceived, await ShakeAsync(server.EndPoint, Http));
    }

    [Fact]
    public async Task A_banner_before_the_request_does_not_spoil_the_answer_after_it()
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(tls.GoodFlight(), Data(tls, "hello\r\n"));
            await tls.ReadAsync();
            await tls.SendAsync(Data(tls, Ok));
        });

        Assert.True((await ShakeAsync(server.EndPoint, Http)).IsCompleted);
    }

    [Fact]
    public async Task A_close_notify_before_ours_confirms_nothing()
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(tls.GoodFlight(), tls.Seal(RawTls13.Alert, [1, 0]));
            await tls.ReadAsync();
        });

        AssertFailed(FailureKind.ClosedEarly, await ShakeAsync(server.EndPoint, Http with { Confirm = Confirm.Close }));
    }

    [Fact]
    public async Task A_close_notify_instead_of_an_answer_ends_the_wait_at_once()
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(tls.GoodFlight());
            await tls.ReadAsync();
            await tls.SendAsync(tls.Seal(RawTls13.Alert, [1, 0]));
        });

        AssertFailed(FailureKind.ClosedEarly, await ShakeAsync(server.EndPoint, Http));
    }

    [Theory]
    [InlineData("close", FailureKind.ClosedEarly)]
    [InlineData("reset", FailureKind.ConnectionReset)]
    [InlineData("silence", FailureKind.HandshakeTimeout)]
    public async Task A_server_that_ends_the_connection_or_is_silent_has_not_answered(string how, FailureKind kind)
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(tls.GoodFlight());
            await tls.ReadAsync();
            await tls.SendAsync(Data(tls, Ok[..8]));
            switch (how)
            {
                case "close":
                    tls.Close();
                    break;
                case "reset":
                    tls.Reset();
                    break;
            }
        });

        AssertFailed(kind, await HostileServers.ShakeAsync(
            Engine, server.EndPoint, authority, Http, Cancellation, kind == FailureKind.HandshakeTimeout ? TimeSpan.FromSeconds(2) : null));
    }

    protected abstract string Engine { get; }

    private static Profile Http { get; } = new() { Name = "p", TlsVersions = [TlsVersion.Tls13], Confirm = Confirm.Http };

    private static byte[] Data(RawTls13 tls, string text) => tls.Seal(RawTls13.ApplicationData, Encoding.Latin1.GetBytes(text));

    private async Task<Outcome> AnsweredAsync(IReadOnlyList<string> pieces, Profile? profile = null)
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(tls.GoodFlight());
            await tls.ReadAsync();
            foreach (var piece in pieces)
            {
                await tls.SendAsync(Data(tls, piece));
            }
        });
        return await ShakeAsync(server.EndPoint, profile ?? Http);
    }

    private Task<Outcome> ShakeAsync(IPEndPoint endPoint, Profile profile) => HostileServers.ShakeAsync(Engine, endPoint, authority, profile, Cancellation);

    private static void AssertFailed(FailureKind kind, Outcome outcome) => Assert.Equal(
        (kind, Phase.ServerConfirmed, FaultSide.Server), (outcome.Failure?.Kind, outcome.Failure?.Phase, outcome.Failure?.Side));
}

public sealed class BouncyCastleHttpConfirmationTests(TestAuthority authority) : HttpConfirmationTests(authority)
{
    protected override string Engine => "bouncycastle";
}

public sealed class FastHttpConfirmationTests(TestAuthority authority) : HttpConfirmationTests(authority)
{
    protected override string Engine => "fast";
}
