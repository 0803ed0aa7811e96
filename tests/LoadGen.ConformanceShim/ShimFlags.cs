using System.Globalization;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.Offers;

namespace LoadGen.ConformanceShim;

/// <summary>What the runner asks of a connection, by the flags of its shims that mean something to the engine.</summary>
internal sealed class ShimFlags
{
    private const string OnInitial = "-on-initial-";
    private const string OnResume = "-on-resume-";
    private const string OnRetry = "-on-retry-";

    /// <summary>What each flag sets. What is not here is not implemented.</summary>
    private static readonly Dictionary<string, Action<ShimFlags, string>> WithValue = new()
    {
        ["-port"] = (flags, value) => flags.Port = Number(value),
        ["-shim-id"] = (flags, value) => flags.ShimId = ulong.Parse(value, CultureInfo.InvariantCulture),
        ["-resume-count"] = (flags, value) => flags.ResumeCount = Number(value),
        ["-min-version"] = (flags, value) => flags.MinVersion = Number(value),
        ["-max-version"] = (flags, value) => flags.MaxVersion = Number(value),
        ["-curves"] = (flags, value) => flags.Groups.Add((TlsGroup)Number(value)),
        ["-verify-prefs"] = (flags, value) => flags.SignatureSchemes.Add((TlsSignatureScheme)Number(value)),
        ["-key-file"] = (flags, value) => flags.KeyFile = value,
        ["-cert-file"] = (flags, value) => flags.CertificateFile = value,
        ["-host-name"] = (flags, value) => flags.HostName = value,
        ["-advertise-alpn"] = (flags, value) => flags.Protocols = ProtocolsOf(value),
        ["-expect-alpn"] = (flags, value) => flags.ExpectedProtocol = value,
        ["-expect-version"] = (flags, value) => flags.ExpectedVersion = Number(value),
        ["-expect-curve-id"] = (flags, value) => flags.ExpectedGroup = (TlsGroup)Number(value),
        ["-expect-peer-signature-algorithm"] = (flags, value) => flags.ExpectedScheme = (TlsSignatureScheme)Number(value),
        ["-expect-cipher"] = (flags, value) => flags.ExpectedSuite = Number(value),
        ["-expect-peer-cert-file"] = (flags, value) => flags.ExpectedCertificateFile = value,
        ["-resumption-delay"] = (flags, value) => flags.Delay = TimeSpan.FromSeconds(Number(value)),
        ["-export-keying-material"] = (flags, value) => flags.ExportedBytes = Number(value),
        ["-export-label"] = (flags, value) => flags.ExportLabel = value,
        ["-export-context"] = (flags, value) => flags.ExportContext = value,
        ["-expect-ocsp-response"] = (flags, _) => flags.ExpectsStaple = true,

        // How much the shim reads at once is the socket's choice here.
        ["-read-size"] = (_, _) => { },

        // BoringSSL's own words for why early data was or was not sent.
        ["-expect-early-data-reason"] = (_, _) => { },

        // For the client's certificate, which has none of these.
        ["-ocsp-response"] = (_, _) => { },
        ["-signed-cert-timestamps"] = (_, _) => { },
    };

    private static readonly Dictionary<string, Action<ShimFlags>> WithoutValue = new()
    {
        ["-ipv6"] = flags => flags.IsIPv6 = true,
        ["-no-tls13"] = flags => flags.MaxVersion = Math.Min(flags.MaxVersion, (int)TlsVersion.Tls12),
        ["-no-tls12"] = flags => flags.AllowsTls12 = false,
        ["-enable-ocsp-stapling"] = flags => flags.AsksForStaple = true,
        ["-expect-hrr"] = flags => flags.ExpectsRetry = true,
        ["-expect-no-hrr"] = flags => flags.ExpectsRetry = false,
        ["-use-export-context"] = flags => flags.UsesExportContext = true,
        ["-enable-early-data"] = flags => flags.SendsEarlyData = true,
        ["-expect-ticket-supports-early-data"] = flags => flags.ExpectsEarlyDataTicket = true,
        ["-expect-accept-early-data"] = flags => flags.ExpectedEarlyData = EarlyDataFate.Accepted,
        ["-expect-reject-early-data"] = flags => flags.ExpectedEarlyData = EarlyDataFate.Rejected,
        ["-expect-no-offer-early-data"] = flags => flags.SendsNoEarlyData = true,
        ["-expect-session-miss"] = flags => flags.ExpectsResumption = false,
        ["-verify-fail"] = flags => flags.RefusesCertificate = true,
        ["-verify-peer"] = flags => flags.ChecksCertificate = true,
        ["-check-close-notify"] = flags => flags.SendsCloseNotify = true,
        ["-shim-writes-first"] = flags => flags.WritesFirst = true,
        ["-shim-shuts-down"] = flags => flags.ShutsDown = true,
        ["-send-alert"] = flags => flags.SendsAlert = true,
        ["-write-different-record-sizes"] = flags => flags.WritesAllSizes = true,

        // How the shim calls BoringSSL, of which a machine of bytes in and bytes out knows nothing, and what the engine never does.
        ["-async"] = _ => { },
        ["-implicit-handshake"] = _ => { },
        ["-no-op-extra-handshake"] = _ => { },
        ["-handshake-twice"] = _ => { },
        ["-partial-write"] = _ => { },
        ["-peek-then-read"] = _ => { },
        ["-use-custom-verify-callback"] = _ => { },
        ["-use-old-client-cert-callback"] = _ => { },
        ["-expect-verify-result"] = _ => { },
        ["-no-tls1"] = _ => { },
        ["-no-tls11"] = _ => { },
        ["-renegotiate-ignore"] = _ => { },
        ["-expect-no-session"] = flags => flags.ExpectsEarlyDataTicket = false,
        ["-ignore-rsa-key-usage"] = _ => { },
    };

    public int Port { get; private set; }

    public bool IsIPv6 { get; private set; }

    /// <summary>What the runner knows this process by.</summary>
    public ulong ShimId { get; private set; }

    /// <summary>What passes before the next connection, by the shim's clock.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>How many connections follow the first, each to resume the one before.</summary>
    public int ResumeCount { get; private set; }

    private int MinVersion { get; set; }

    private int MaxVersion { get; set; } = (int)TlsVersion.Tls13;

    private bool AllowsTls12 { get; set; } = true;

    /// <summary>The groups offered; empty for the engine's.</summary>
    public List<TlsGroup> Groups { get; } = [];

    /// <summary>The signature schemes offered; empty for the engine's.</summary>
    public List<TlsSignatureScheme> SignatureSchemes { get; } = [];

    public string? KeyFile { get; private set; }

    public string? CertificateFile { get; private set; }

    /// <summary>The name for server_name; empty to send none.</summary>
    public string HostName { get; private set; } = "";

    public IReadOnlyList<string> Protocols { get; private set; } = [];

    public string ExpectedProtocol { get; private set; } = "";

    public int? ExpectedVersion { get; private set; }

    public TlsGroup? ExpectedGroup { get; private set; }

    public TlsSignatureScheme? ExpectedScheme { get; private set; }

    public int? ExpectedSuite { get; private set; }

    public string? ExpectedCertificateFile { get; private set; }

    public bool AsksForStaple { get; private set; }

    public bool ExpectsStaple { get; private set; }

    /// <summary>Whether a HelloRetryRequest must come, or must not; <see langword="null"/> for either.</summary>
    public bool? ExpectsRetry { get; private set; }

    /// <summary>How many bytes of keying material are written first; 0 for none.</summary>
    public int ExportedBytes { get; private set; }

    public string ExportLabel { get; private set; } = "";

    public string ExportContext { get; private set; } = "";

    public bool UsesExportContext { get; private set; }

    /// <summary>Whether what is written first is early data where that can be.</summary>
    public bool SendsEarlyData { get; private set; }

    /// <summary>Whether the connection must bring a ticket that allows early data.</summary>
    public bool ExpectsEarlyDataTicket { get; private set; }

    public EarlyDataFate? ExpectedEarlyData { get; private set; }

    /// <summary>Whether no early data may be sent.</summary>
    public bool SendsNoEarlyData { get; private set; }

    /// <summary>Whether a connection after the first must resume.</summary>
    public bool ExpectsResumption { get; private set; } = true;

    /// <summary>Whether the certificate is refused, if it is checked.</summary>
    public bool RefusesCertificate { get; private set; }

    public bool ChecksCertificate { get; private set; }

    public bool SendsCloseNotify { get; private set; }

    /// <summary>Whether <c>hello</c> is written before anything is read.</summary>
    public bool WritesFirst { get; private set; }

    /// <summary>Whether the connection is closed as soon as the handshake is complete.</summary>
    public bool ShutsDown { get; private set; }

    /// <summary>Whether a fatal alert ends the connection after the handshake.</summary>
    public bool SendsAlert { get; private set; }

    /// <summary>Whether records of many sizes are written in place of what is read.</summary>
    public bool WritesAllSizes { get; private set; }

    /// <summary>Reads the flags.</summary>
    /// <returns>Those of the first connection, of all that follow it, and of those that follow once their early data was rejected.</returns>
    public static (ShimFlags First, ShimFlags Later, ShimFlags Retried) Parse(string[] arguments)
    {
        var (first, later, retried) = (new ShimFlags(), new ShimFlags(), new ShimFlags());
        for (var i = 0; i < arguments.Length; i++)
        {
            (var name, ShimFlags[] all) = arguments[i] switch
            {
                var flag when flag.StartsWith(OnInitial, StringComparison.Ordinal) => (flag[(OnInitial.Length - 1)..], [first]),
                var flag when flag.StartsWith(OnResume, StringComparison.Ordinal) => (flag[(OnResume.Length - 1)..], [later]),
                var flag when flag.StartsWith(OnRetry, StringComparison.Ordinal) => (flag[(OnRetry.Length - 1)..], [retried]),
                var flag => (flag, (ShimFlags[])[first, later, retried]),
            };
            Action<ShimFlags> set;
            if (WithoutValue.TryGetValue(name, out var setter))
            {
                set = setter;
            }
            else if (WithValue.TryGetValue(name, out var valueSetter) && i + 1 < arguments.Length)
            {
                var value = arguments[++i];
                set = flags => valueSetter(flags, value);
            }
            else
            {
                throw new UnimplementedException(name);
            }

            Array.ForEach(all, set);
        }

        return (first, later, retried);
    }

    /// <summary>Whether a version may be offered.</summary>
    public bool Allows(TlsVersion version) => (int)version >= MinVersion && (int)version <= MaxVersion && (AllowsTls12 || version != TlsVersion.Tls12);

    private static int Number(string value) => int.Parse(value, CultureInfo.InvariantCulture);

    // As in the extension (RFC 7301 section 3.1): each behind its length.
    private static List<string> ProtocolsOf(string list)
    {
        var protocols = new List<string>();
        var bytes = Encoding.UTF8.GetBytes(list).AsSpan();
        while (!bytes.IsEmpty)
        {
            protocols.Add(Encoding.UTF8.GetString(bytes.Slice(1, bytes[0])));
            bytes = bytes[(1 + bytes[0])..];
        }

        return protocols;
    }
}
