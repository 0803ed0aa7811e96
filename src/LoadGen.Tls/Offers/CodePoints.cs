using System.Net.Security;

namespace LoadGen.Tls.Offers;

/// <summary>
/// The IANA names of code points. Members of the enums here are named as IANA names them, and so are those of
/// <see cref="TlsCipherSuite"/>, so that a name parses by <see cref="Enum.Parse{TEnum}(string)"/>. Values without a name are
/// written in hexadecimal digits, such as <c>0x1A2B</c>.
/// </summary>
internal static class CodePoints
{
    /// <summary>The IANA name, such as <c>TLS_AES_128_GCM_SHA256</c>.</summary>
    public static string Name(this TlsCipherSuite suite) => Enum.GetName(suite) ?? $"0x{(ushort)suite:X4}";

    /// <summary>The IANA name, such as <c>x25519</c>.</summary>
    public static string Name(this TlsGroup group) => Enum.GetName(group) ?? $"0x{(ushort)group:X4}";

    /// <summary>The IANA name, such as <c>ecdsa_secp256r1_sha256</c>.</summary>
    public static string Name(this TlsSignatureScheme scheme) => Enum.GetName(scheme) ?? $"0x{(ushort)scheme:X4}";

    /// <summary>The IANA name, such as <c>handshake_failure</c>; <c>alert_77</c> for a value that has none.</summary>
    public static string Name(this TlsAlert alert) => Enum.GetName(alert) ?? $"alert_{(byte)alert}";

    /// <summary>The IANA name, such as <c>server_hello</c>; <c>handshake_message_77</c> for a value that has none.</summary>
    public static string Name(this TlsMessage message) => Enum.GetName(message) ?? $"handshake_message_{(byte)message}";
}

/// <summary>Types of handshake messages (IANA registry TLS HandshakeType; RFC 8446 section 4, RFC 5246 section 7.4).</summary>
internal enum TlsMessage : byte
{
    hello_request = 0,
    client_hello = 1,
    server_hello = 2,
    new_session_ticket = 4,
    end_of_early_data = 5,
    encrypted_extensions = 8,
    certificate = 11,
    server_key_exchange = 12,
    certificate_request = 13,
    server_hello_done = 14,
    certificate_verify = 15,
    client_key_exchange = 16,
    finished = 20,
    certificate_url = 21,
    certificate_status = 22,
    supplemental_data = 23,
    key_update = 24,
    compressed_certificate = 25,
    message_hash = 254,
}

/// <summary>Types of records (IANA registry TLS ContentType; RFC 8446 section 5.1).</summary>
internal enum TlsContent : byte
{
    change_cipher_spec = 20,
    alert = 21,
    handshake = 22,
    application_data = 23,
}

/// <summary>Extensions that are offered or answered (IANA registry TLS ExtensionType Values; RFC 8446 section 4.2).</summary>
internal enum TlsExtension : ushort
{
    server_name = 0,
    status_request = 5,
    supported_groups = 10,
    ec_point_formats = 11,
    signature_algorithms = 13,
    application_layer_protocol_negotiation = 16,
    signed_certificate_timestamp = 18,
    encrypt_then_mac = 22,
    extended_master_secret = 23,
    session_ticket = 35,
    compress_certificate = 27,
    pre_shared_key = 41,
    early_data = 42,
    supported_versions = 43,
    cookie = 44,
    psk_key_exchange_modes = 45,
    certificate_authorities = 47,
    oid_filters = 48,
    post_handshake_auth = 49,
    signature_algorithms_cert = 50,
    key_share = 51,
    renegotiation_info = 65281,
}

/// <summary>Groups for key exchange (IANA registry TLS Supported Groups; RFC 8446 section 4.2.7, RFC 8422, RFC 7919).</summary>
internal enum TlsGroup : ushort
{
    sect163k1 = 1,
    sect163r1 = 2,
    sect163r2 = 3,
    sect193r1 = 4,
    sect193r2 = 5,
    sect233k1 = 6,
    sect233r1 = 7,
    sect239k1 = 8,
    sect283k1 = 9,
    sect283r1 = 10,
    sect409k1 = 11,
    sect409r1 = 12,
    sect571k1 = 13,
    sect571r1 = 14,
    secp160k1 = 15,
    secp160r1 = 16,
    secp160r2 = 17,
    secp192k1 = 18,
    secp192r1 = 19,
    secp224k1 = 20,
    secp224r1 = 21,
    secp256k1 = 22,
    secp256r1 = 23,
    secp384r1 = 24,
    secp521r1 = 25,
    brainpoolP256r1 = 26,
    brainpoolP384r1 = 27,
    brainpoolP512r1 = 28,
    x25519 = 29,
    x448 = 30,
    brainpoolP256r1tls13 = 31,
    brainpoolP384r1tls13 = 32,
    brainpoolP512r1tls13 = 33,
    GC256A = 34,
    GC256B = 35,
    GC256C = 36,
    GC256D = 37,
    GC512A = 38,
    GC512B = 39,
    GC512C = 40,
    curveSM2 = 41,
    ffdhe2048 = 256,
    ffdhe3072 = 257,
    ffdhe4096 = 258,
    ffdhe6144 = 259,
    ffdhe8192 = 260,
    MLKEM512 = 512,
    MLKEM768 = 513,
    MLKEM1024 = 514,
    SecP256r1MLKEM768 = 4587,
    X25519MLKEM768 = 4588,
    SecP384r1MLKEM1024 = 4589,
    curveSM2MLKEM768 = 4590,
    arbitrary_explicit_prime_curves = 65281,
    arbitrary_explicit_char2_curves = 65282,
}

/// <summary>
/// Signature schemes (IANA registry TLS SignatureScheme; RFC 8446 section 4.2.3). In TLS 1.2 the high byte of most is the hash
/// and the low byte the algorithm (RFC 5246 section 7.4.1.4.1).
/// </summary>
internal enum TlsSignatureScheme : ushort
{
    rsa_pkcs1_sha1 = 0x0201,
    ecdsa_sha1 = 0x0203,
    rsa_pkcs1_sha256 = 0x0401,
    ecdsa_secp256r1_sha256 = 0x0403,
    rsa_pkcs1_sha384 = 0x0501,
    ecdsa_secp384r1_sha384 = 0x0503,
    rsa_pkcs1_sha512 = 0x0601,
    ecdsa_secp521r1_sha512 = 0x0603,
    sm2sig_sm3 = 0x0708,
    rsa_pss_rsae_sha256 = 0x0804,
    rsa_pss_rsae_sha384 = 0x0805,
    rsa_pss_rsae_sha512 = 0x0806,
    ed25519 = 0x0807,
    ed448 = 0x0808,
    rsa_pss_pss_sha256 = 0x0809,
    rsa_pss_pss_sha384 = 0x080a,
    rsa_pss_pss_sha512 = 0x080b,
    ecdsa_brainpoolP256r1tls13_sha256 = 0x081a,
    ecdsa_brainpoolP384r1tls13_sha384 = 0x081b,
    ecdsa_brainpoolP512r1tls13_sha512 = 0x081c,
    mldsa44 = 0x0904,
    mldsa65 = 0x0905,
    mldsa87 = 0x0906,
}

/// <summary>Alert descriptions (IANA registry TLS Alerts; RFC 8446 section 6).</summary>
internal enum TlsAlert : byte
{
    close_notify = 0,
    unexpected_message = 10,
    bad_record_mac = 20,
    decryption_failed = 21,
    record_overflow = 22,
    decompression_failure = 30,
    handshake_failure = 40,
    no_certificate = 41,
    bad_certificate = 42,
    unsupported_certificate = 43,
    certificate_revoked = 44,
    certificate_expired = 45,
    certificate_unknown = 46,
    illegal_parameter = 47,
    unknown_ca = 48,
    access_denied = 49,
    decode_error = 50,
    decrypt_error = 51,
    too_many_cids_requested = 52,
    export_restriction = 60,
    protocol_version = 70,
    insufficient_security = 71,
    internal_error = 80,
    inappropriate_fallback = 86,
    user_canceled = 90,
    no_renegotiation = 100,
    missing_extension = 109,
    unsupported_extension = 110,
    certificate_unobtainable = 111,
    unrecognized_name = 112,
    bad_certificate_status_response = 113,
    bad_certificate_hash_value = 114,
    unknown_psk_identity = 115,
    certificate_required = 116,
    no_application_protocol = 120,
    ech_required = 121,
}
