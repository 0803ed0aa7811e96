using System.Net;
using LoadGen.Web;
using Microsoft.AspNetCore.Http;

namespace LoadGen.Tests.Web;

public sealed class AdmissionTests
{
    private static readonly IPEndPoint Here = IPEndPoint.Parse("127.0.0.1:8080");
    private static readonly IPEndPoint Everywhere = IPEndPoint.Parse("0.0.0.0:8080");

    [Theory]
    [InlineData("127.0.0.1:8080", null, null)]
    [InlineData("localhost:8080", "http://localhost:8080", null)]
    [InlineData("[::1]:8080", "http://[::1]:8080", null)]
    [InlineData("localhost:8080", "http://elsewhere.example", 403)]
    [InlineData("localhost:8080", "http://localhost:9090", 403)]
    [InlineData("localhost:8080", "null", 403)]
    [InlineData("rebound.example:8080", "http://rebound.example:8080", 403)]
    public void Without_a_token_this_machine_is_admitted(string host, string? origin, int? refused)
        => Assert.Equal(refused, new Admission(new ApiToken(null), Here).RefusalOf(Request(host, origin))?.StatusCode);

    [Fact]
    public void Without_a_token_nobody_is_admitted_where_other_machines_can_ask()
        => Assert.Equal(403, new Admission(new ApiToken(null), Everywhere).RefusalOf(Request("127.0.0.1:8080"))?.StatusCode);

    [Theory]
    [InlineData("Bearer right", null)]
    [InlineData("Bearer wrong", 401)]
    [InlineData(null, 401)]
    public void With_a_token_whoever_shows_it_is_admitted(string? shown, int? refused)
    {
        var request = Request("gateway.example");
        request.Headers.Authorization = shown;

        Assert.Equal(refused, new Admission(new ApiToken("right"), Everywhere).RefusalOf(request)?.StatusCode);
    }

    [Fact]
    public void The_cookie_that_a_token_was_exchanged_for_admits_to_that_coordinator_only()
    {
        var admission = new Admission(new ApiToken("right"), Everywhere);
        var signIn = Request("gateway.example:8080");
        Assert.False(admission.SignIn(signIn, "wrong"));
        Assert.Equal(0, signIn.HttpContext.Response.Headers.SetCookie.Count);
        Assert.True(admission.SignIn(signIn, "right"));
        var cookie = signIn.HttpContext.Response.Headers.SetCookie.ToString().Split(';')[0];

        Assert.Null(admission.RefusalOf(WithCookie(cookie)));
        Assert.Equal(401, admission.RefusalOf(WithCookie(cookie.Replace("=", "=9", StringComparison.Ordinal)))?.StatusCode);
        Assert.Equal(401, admission.RefusalOf(WithCookie("loadgen-8080=1.x"))?.StatusCode);
        Assert.Equal(401, new Admission(new ApiToken("right"), Everywhere).RefusalOf(WithCookie(cookie))?.StatusCode);
    }

    private static HttpRequest WithCookie(string cookie)
    {
        var request = Request("gateway.example:8080");
        request.Headers.Cookie = cookie;
        return request;
    }

    private static HttpRequest Request(string host, string? origin = null)
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = "http";
        request.Host = new HostString(host);
        request.Headers.Origin = origin;
        return request;
    }
}
