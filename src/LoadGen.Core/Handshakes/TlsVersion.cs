using System.Text.Json.Serialization;

namespace LoadGen.Core.Handshakes;

/// <summary>The protocol versions a handshake can end with; the values are those of the wire (RFC 8446 section 4.1.2).</summary>
public enum TlsVersion
{
    /// <summary>TLS 1.0, RFC 2246.</summary>
    [JsonStringEnumMemberName("1.0")]
    Tls10 = 0x0301,

    /// <summary>TLS 1.1, RFC 4346.</summary>
    [JsonStringEnumMemberName("1.1")]
    Tls11 = 0x0302,

    /// <summary>TLS 1.2, RFC 5246.</summary>
    [JsonStringEnumMemberName("1.2")]
    Tls12 = 0x0303,

    /// <summary>TLS 1.3, RFC 8446.</summary>
    [JsonStringEnumMemberName("1.3")]
    Tls13 = 0x0304,
}
