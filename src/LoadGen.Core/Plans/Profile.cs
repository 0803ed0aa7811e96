using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Plans;

/// <summary>What kind of handshake. A list left empty means the engine's default, in its order.</summary>
public sealed record Profile
{
    /// <summary>The name in metrics and reports; unique in the plan.</summary>
    public required string Name { get; init; }

    /// <summary>This profile's part of the arrivals, relative to the other profiles' weights; 1 to 1000.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The TLS client; <see langword="null"/> for the plan's.</summary>
    public EngineChoice? Engine { get; init; }

    /// <summary>The versions offered; by default TLS 1.3 and 1.2.</summary>
    public IReadOnlyList<TlsVersion> TlsVersions { get; init; } = [TlsVersion.Tls13, TlsVersion.Tls12];

    /// <summary>IANA names of the cipher suites offered, in order of preference.</summary>
    public IReadOnlyList<string> CipherSuites { get; init; } = [];

    /// <summary>IANA names of the groups offered, in order of preference.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>
    /// The groups that ClientHello has key shares for; by default the first group. A server that wants another asks for it in
    /// a HelloRetryRequest; it must if the list is empty. <see langword="null"/> for the default.
    /// </summary>
    public IReadOnlyList<string>? KeyShares { get; init; }

    /// <summary>IANA names of the signature schemes offered, in order of preference.</summary>
    public IReadOnlyList<string> SignatureSchemes { get; init; } = [];

    /// <summary>ALPN protocol names offered (RFC 7301), in order of preference.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];

    /// <summary>The algorithms by which the server may compress its certificates (RFC 8879), in order of preference; empty for none.</summary>
    public IReadOnlyList<CertificateCompression> CertificateCompression { get; init; } = [];

    /// <summary>The part of the handshakes that offer to resume a session, 0 to 1.</summary>
    public double Resume { get; init; }

    /// <summary>The key exchange modes that TLS 1.3 offers beside a ticket (RFC 8446 section 4.2.9).</summary>
    public IReadOnlyList<PskMode> PskModes { get; init; } = [PskMode.PskDheKe];

    /// <summary>What a handshake that offers to resume sends as early data (RFC 8446 section 2.3); <see langword="null"/> for nothing.</summary>
    public EarlyData? EarlyData { get; init; }

    /// <summary>What has to come back for a handshake to count as completed.</summary>
    public Confirm Confirm { get; init; }

    /// <summary>
    /// The statuses of an HTTP answer that confirm a handshake, each a code such as <c>404</c> or a class such as <c>2xx</c>; only
    /// for <see cref="Confirm.Http"/>. Empty for <see cref="HttpStatus.Success"/>.
    /// </summary>
    public IReadOnlyList<string> ExpectStatus { get; init; } = [];

    /// <summary>How much is checked.</summary>
    public Checks Checks { get; init; }

    /// <summary>Client certificates, shown in turn to servers that ask for one; may be empty.</summary>
    public IReadOnlyList<ClientIdentity> Identities { get; init; } = [];

    /// <summary>An external pre-shared key; <see langword="null"/> for none.</summary>
    public PreSharedKey? PreSharedKey { get; init; }

    /// <summary>Whether a stapled OCSP response is asked for.</summary>
    public bool Ocsp { get; init; }

    /// <summary>Whether TLS 1.2 offers the extended master secret (RFC 7627).</summary>
    public bool ExtendedMasterSecret { get; init; } = true;

    /// <summary>How long a connection stays open after a completed handshake, or where one was stopped; 0 to 1 h.</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>Where the handshake stops on purpose, to see what the server does about it.</summary>
    public StopAfter StopAfter { get; init; }

    /// <summary>The time after each byte of the handshake that is sent, each in a segment of its own; zero for no such thing.</summary>
    public TimeSpan Trickle { get; init; }

    /// <summary>The same for handshakes that are none of the load's: sent at once, not stopped, and not held open after them.</summary>
    public Profile Unhindered() => this with { Hold = TimeSpan.Zero, StopAfter = StopAfter.None, Trickle = TimeSpan.Zero };
}

/// <summary>Where a handshake stops on purpose.</summary>
public enum StopAfter
{
    /// <summary>Nowhere: it is to complete.</summary>
    None,

    /// <summary>When TLS would begin: the connection, tunnel or go-ahead is there, and no ClientHello is sent.</summary>
    Connect,

    /// <summary>When ClientHello is sent; what the server answers is not looked at.</summary>
    ClientHello,

    /// <summary>When the server's flight came, and was found good; nothing is sent in answer.</summary>
    ServerFlight,

    /// <summary>When all but the last record of the answer to it is sent, the one with our Finished.</summary>
    BeforeFinished,
}

/// <summary>How certificates are compressed (IANA registry TLS Certificate Compression Algorithm IDs; RFC 8879 section 7.3).</summary>
public enum CertificateCompression
{
    Zlib = 1,
    Brotli = 2,
}

/// <summary>How a pre-shared key is used (IANA registry TLS PskKeyExchangeMode; RFC 8446 section 4.2.9).</summary>
public enum PskMode
{
    /// <summary>Alone, without forward secrecy.</summary>
    PskKe = 0,

    /// <summary>With a key agreement.</summary>
    PskDheKe = 1,
}

/// <summary>What is sent as early data.</summary>
public abstract record EarlyData
{
    /// <summary>The most bytes that a plan can ask for.</summary>
    public const int MostBytes = 64 * 1024;

    private EarlyData()
    {
    }

    /// <summary>The bytes; <see langword="null"/> for <see cref="Request"/>, which depends on the server's name.</summary>
    public abstract byte[]? Content { get; }

    /// <summary>The request that confirms the handshake.</summary>
    public sealed record Request : EarlyData
    {
        public override byte[]? Content => null;
    }

    /// <summary>So many zeros.</summary>
    /// <param name="Count">1 to <see cref="MostBytes"/>.</param>
    public sealed record Zeros(int Count) : EarlyData
    {
        public override byte[] Content => new byte[Count];
    }

    /// <summary>The content of a file.</summary>
    /// <param name="Base64">The bytes, at most <see cref="MostBytes"/> of them.</param>
    public sealed record File(string Base64) : EarlyData
    {
        public override byte[] Content => Convert.FromBase64String(Base64);
    }
}

/// <summary>How much of a handshake is checked and made anew.</summary>
public enum Checks
{
    /// <summary>Everything that a browser checks; a new key share for every handshake. The default.</summary>
    Full,

    /// <summary>
    /// For more load from the same machine: key shares are reused, and the server's signature is checked for one handshake in
    /// 100. The chain, Finished and every record are still checked.
    /// </summary>
    Lean,
}

/// <summary>What must come back from the server after the handshake for it to count as completed.</summary>
public enum Confirm
{
    /// <summary>Nothing. TLS 1.3 is then complete when our Finished is sent, before the server has judged a client certificate.</summary>
    None,

    /// <summary>The status line of the answer to an HTTP/1.1 GET of <c>/</c>, with a status that <see cref="Profile.ExpectStatus"/> has.</summary>
    Http,

    /// <summary>The server's close_notify in answer to ours (RFC 8446 section 6.1).</summary>
    Close,
}

/// <summary>The statuses of HTTP answers (RFC 9110 section 15).</summary>
public static class HttpStatus
{
    /// <summary>What a server answers that did what it was asked for, or says where to.</summary>
    public static IReadOnlyList<string> Success { get; } = ["2xx", "3xx"];

    /// <summary>Too Early: a request in early data that the server does not take the risk of (RFC 8470 section 5.2).</summary>
    public const int TooEarly = 425;

    /// <summary>Whether a text is a code such as <c>404</c> or a class such as <c>2xx</c>, of final answers.</summary>
    public static bool IsExpectation(string text)
        => text is [>= '2' and <= '5', 'x', 'x'] or [>= '2' and <= '5', >= '0' and <= '9', >= '0' and <= '9'];

    /// <summary>Whether a status is one of these.</summary>
    public static bool IsAny(IReadOnlyList<string> expected, int status)
    {
        foreach (var each in expected)
        {
            if (each[1] == 'x' ? each[0] - '0' == status / 100 : int.Parse(each, CultureInfo.InvariantCulture) == status)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A client certificate and its key, as texts rather than paths, so that a plan can travel to other hosts.</summary>
/// <param name="CertificatePem">The certificate, then its intermediates.</param>
/// <param name="KeyPem">The private key in PKCS #8, not encrypted.</param>
public sealed record ClientIdentity(string CertificatePem, string KeyPem)
{
    /// <summary>Whether the key is one of Ed25519 or Ed448 (RFC 8410 section 3).</summary>
    public bool IsEdwards => AlgorithmOf(KeyPem) is "1.3.101.112" or "1.3.101.113";

    /// <summary>Without the key, which must not get into a log.</summary>
    public override string ToString() => "a client certificate and its key";

    // PrivateKeyInfo (RFC 5208 section 5): a version, then the algorithm. What cannot be read is refused where it is used.
    private static string? AlgorithmOf(string pem)
    {
        try
        {
            var info = PemEncoding.TryFind(pem, out var fields) ? new AsnReader(Convert.FromBase64String(pem[fields.Base64Data]), AsnEncodingRules.BER).ReadSequence() : null;
            _ = info?.ReadInteger();
            return info?.ReadSequence().ReadObjectIdentifier();
        }
        catch (Exception error) when (error is AsnContentException or FormatException)
        {
            return null;
        }
    }
}

/// <summary>A key that was agreed on outside TLS (RFC 8446 section 4.2.11, RFC 4279), for SHA-256 suites.</summary>
/// <param name="Identity">The name the server knows it by.</param>
/// <param name="KeyHex">The key in hexadecimal digits.</param>
public sealed record PreSharedKey(string Identity, string KeyHex)
{
    /// <summary>Without the key, which must not get into a log.</summary>
    public override string ToString() => $"the pre-shared key of {Identity}";
}
