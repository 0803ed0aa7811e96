using System.Security.Cryptography;
using System.Text;

namespace LoadGen.Web;

/// <summary>The bearer token (RFC 6750) that requests to a coordinator's API must carry; without one, anybody on this machine may ask.</summary>
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
