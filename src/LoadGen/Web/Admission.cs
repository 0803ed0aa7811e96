using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace LoadGen.Web;

/// <summary>
/// Who may see runs and give orders: requests that carry the token, as bearer or by the cookie that a browser was given for it.
/// Without a token, every process on this machine, and none from elsewhere.
/// </summary>
/// <param name="token">The token.</param>
/// <param name="listen">Where requests come in.</param>
internal sealed class Admission(ApiToken token, IPEndPoint listen)
{
    private static readonly TimeSpan CookieLasts = TimeSpan.FromHours(12);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <returns><see langword="null"/> for a request that is admitted.</returns>
    public Refusal? RefusalOf(HttpRequest request)
    {
        // A page in a user's browser must not be able to give orders to a coordinator on the same machine: browsers say
        // where a request comes from.
        if (request.Headers.Origin is [{ } origin, ..] && !IsOwn(origin, request))
        {
            return new Refusal(StatusCodes.Status403Forbidden, $"requests from {origin} are rejected");
        }

        if (token.Value is null)
        {
            return RefusalWithoutToken(request);
        }

        return token.Admits(request.Headers.Authorization) || IsSigned(request.Cookies[CookieName(request)])
            ? null
            : new Refusal(StatusCodes.Status401Unauthorized, "the bearer token is missing or wrong");
    }

    /// <summary>Gives the browser a cookie for the token.</summary>
    /// <returns>Whether it was the token.</returns>
    public bool SignIn(HttpRequest request, string shown)
    {
        if (token.Value is null || !token.Admits($"Bearer {shown}"))
        {
            return false;
        }

        var ends = DateTimeOffset.UtcNow.Add(CookieLasts).ToUnixTimeSeconds();
        request.HttpContext.Response.Cookies.Append(CookieName(request), $"{ends}.{SignatureOf(ends)}", new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = request.IsHttps,
            MaxAge = CookieLasts,
            IsEssential = true,
        });
        return true;
    }

    /// <summary>Whether a request comes from this coordinator's own page, as far as its browser says.</summary>
    public static bool IsOwn(string origin, HttpRequest request)
        => Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private Refusal? RefusalWithoutToken(HttpRequest request)
    {
        if (!IPAddress.IsLoopback(listen.Address))
        {
            return new Refusal(
                StatusCodes.Status403Forbidden,
                $"{listen} is reachable from other machines, but no token is set: start the coordinator with --token-file, or set {ApiToken.Variable}");
        }

        // A name of another owner may be made to resolve to this machine, and so pass for our own page (DNS rebinding).
        return request.Host.Host is "localhost" || IPAddress.TryParse(request.Host.Host, out _)
            ? null
            : new Refusal(StatusCodes.Status403Forbidden, $"requests to '{request.Host.Host}' are rejected without a token; use localhost");
    }

    private bool IsSigned(string? cookie)
        => cookie?.Split('.') is [var ends, var signature]
            && long.TryParse(ends, out var seconds)
            && seconds > DateTimeOffset.UtcNow.ToUnixTimeSeconds()
            && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(SignatureOf(seconds)), HexOf(signature));

    private string SignatureOf(long ends) => Convert.ToHexString(HMACSHA256.HashData(_key, BitConverter.GetBytes(ends)));

    private static byte[] HexOf(string text)
    {
        var bytes = new byte[HMACSHA256.HashSizeInBytes];
        return Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : [];
    }

    // Browsers send cookies to every port of a host.
    private static string CookieName(HttpRequest request) => $"loadgen-{request.Host.Port ?? 80}";
}

/// <summary>Why a request is not served.</summary>
internal sealed record Refusal(int StatusCode, string Sentence);

/// <summary>The bearer token (RFC 6750) that requests to a coordinator's API must carry; without one, every process on this machine may ask.</summary>
/// <param name="Value">The token; <see langword="null"/> for none.</param>
internal sealed record ApiToken(string? Value)
{
    /// <summary>Where a token is taken from when no flag names a file.</summary>
    public const string Variable = "LOADGEN_TOKEN";

    private const string Scheme = "Bearer ";

    /// <summary>Whether a request's Authorization header carries it, found in a time that tells nothing about it.</summary>
    public bool Admits(string? authorization) => Value is null
        || (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true
            && CryptographicOperations.FixedTimeEquals(Digest(authorization[Scheme.Length..].Trim()), Digest(Value)));

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
