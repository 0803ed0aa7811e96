using LoadGen.Core.Plans;

namespace LoadGen.Core.Handshakes;

/// <summary>
/// What a completed handshake was, as the wire showed it. Engines hand out one instance for each distinct value, so that
/// counting them costs a reference comparison.
/// </summary>
/// <param name="TlsVersion">The protocol version of ServerHello.</param>
/// <param name="CipherSuite">The suite's IANA name, such as <c>TLS_AES_128_GCM_SHA256</c>.</param>
/// <param name="Group">
/// The IANA name of the key exchange group, such as <c>x25519</c>; <see langword="null"/> for static RSA, and where the
/// engine cannot see it.
/// </param>
/// <param name="Resumed">Whether the server resumed an earlier session.</param>
public sealed record Negotiated(TlsVersion TlsVersion, string CipherSuite, string? Group, bool Resumed)
{
    /// <summary>Stands for whatever comes after the last that is counted for itself.</summary>
    public const string Other = "other";

    public string CipherSuite { get; } = BoundedText.Of(CipherSuite);

    public string? Group { get; } = Group is null ? null : BoundedText.Of(Group);

    /// <summary>Whether the client offered to resume a session; if it was not resumed, the server has refused.</summary>
    public bool OfferedResumption { get; init; }

    /// <summary>Whether the client offered to resume a session and the server did not.</summary>
    public bool RefusedResumption => OfferedResumption && !Resumed;

    /// <summary>What became of early data; <see langword="null"/> where none was sent.</summary>
    public EarlyDataFate? EarlyData { get; init; }

    /// <summary>
    /// The IANA name of the scheme of the server's signature; <see langword="null"/> where there was none, as in resumption and
    /// static RSA, and where the engine cannot see it.
    /// </summary>
    public string? SignatureScheme { get; init => field = value is null ? null : BoundedText.Of(value); }

    /// <summary>The application protocol that the server chose (RFC 7301); <see langword="null"/> for none.</summary>
    public string? Alpn { get; init => field = value is null ? null : BoundedText.Of(value); }

    /// <summary>Whether the server answered with a HelloRetryRequest first.</summary>
    public bool HelloRetryRequest { get; init; }

    /// <summary>Whether the server asked for a client certificate; <see langword="false"/> also where the engine cannot see it.</summary>
    public bool CertificateRequested { get; init; }

    /// <summary>Whether the server asked for a client certificate and was shown one.</summary>
    public bool ClientCertificate { get; init; }

    /// <summary>Whether a stapled OCSP response came; <see langword="null"/> where none was asked for.</summary>
    public bool? OcspStapled { get; init; }

    /// <summary>By which algorithm the server compressed its certificates (RFC 8879); <see langword="null"/> if it did not.</summary>
    public CertificateCompression? CertificateCompression { get; init; }

    /// <summary>Whether a pre-shared key authenticated the server.</summary>
    public bool PreSharedKey { get; init; }

    /// <summary>
    /// Whether the server answered after our Finished; otherwise all that is known is that ours was sent, and the server may
    /// yet have refused it.
    /// </summary>
    public bool ServerConfirmed { get; init; }

    /// <summary>The same without what a peer chose among many: there are only few of these.</summary>
    public Negotiated WithoutChoices() => new(TlsVersion, Other, null, Resumed)
    {
        OfferedResumption = OfferedResumption,
        EarlyData = EarlyData,
        CertificateRequested = CertificateRequested,
        ServerConfirmed = ServerConfirmed,
    };
}

/// <summary>What a server did with early data (RFC 8446 section 4.2.10).</summary>
public enum EarlyDataFate
{
    /// <summary>It took it.</summary>
    Accepted,

    /// <summary>It did not, whether it resumed the session or not.</summary>
    Rejected,

    /// <summary>It took it, and answered with HTTP status 425, Too Early (RFC 8470 section 5.2).</summary>
    TooEarly,
}

/// <summary>What the result says of the certificate a target showed; of long texts the first <see cref="BoundedText.Longest"/> characters.</summary>
/// <param name="Subject">The distinguished name of the subject.</param>
/// <param name="Issuer">The distinguished name of the issuer.</param>
/// <param name="NotAfter">The end of validity.</param>
/// <param name="KeyType">The kind and size of the key, such as <c>RSA-2048</c> or <c>ECDSA-P256</c>.</param>
public sealed record CertificateSummary(string Subject, string Issuer, DateTimeOffset NotAfter, string KeyType)
{
    public string Subject { get; } = BoundedText.Of(Subject);

    public string Issuer { get; } = BoundedText.Of(Issuer);

    public string KeyType { get; } = BoundedText.Of(KeyType);
}
