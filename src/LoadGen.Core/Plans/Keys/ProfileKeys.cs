using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Plans.Keys;

/// <summary>The keys of a profile.</summary>
internal static class ProfileKeys
{
    private const string ListSeparators = ",:";

    // What OpenSSL and NIST call groups that IANA names otherwise.
    private static readonly Dictionary<string, string> GroupAliases = new(StringComparer.Ordinal)
    {
        ["P-256"] = "secp256r1",
        ["PRIME256V1"] = "secp256r1",
        ["P-384"] = "secp384r1",
        ["P-521"] = "secp521r1",
    };

    private static readonly NameValue Group = new("the IANA name of a group that an engine knows", engine => engine.Groups, GroupAliases);

    public static Section<Profile> Section { get; } = new(
        "a profile",
        new Profile { Name = "" },
        [
            new PlanKey<Profile, string>("name", TargetKeys.Label("a profile's name"))
            {
                Get = profile => profile.Name,
                Set = (profile, name) => profile with { Name = name },
                Help = "The name in metrics and reports; unique in the plan.",
                Example = "modern",
                IsRequired = true,
            },
            new PlanKey<Profile, long>("weight", new WholeValue(1, PlanRules.MostWeight))
            {
                Get = profile => profile.Weight,
                Set = (profile, weight) => profile with { Weight = (int)weight },
                Help = "This profile's part of the arrivals, relative to the other profiles' weights.",
                Example = "70",
            },
            new PlanKey<Profile, EngineChoice?>("engine", new EngineChoiceValue())
            {
                Get = profile => profile.Engine,
                Set = (profile, engine) => profile with { Engine = engine },
                Help = "The TLS client of this profile.",
                Example = "sslstream",
                Default = "the plan's",
            },
            new PlanKey<Profile, IReadOnlyList<TlsVersion>>("tls", new ListValue<TlsVersion>(new ChoiceValue<TlsVersion>("a TLS version", engine => engine.TlsVersions)))
            {
                Get = profile => profile.TlsVersions,
                Set = (profile, versions) => profile with { TlsVersions = versions },
                Help = "The versions to offer.",
                Example = "\"1.3\"",
                Default = "1.3 and 1.2, those that the suites belong to",
                Needs = Refusal.Names<Profile>(
                    "TLS", profile => [.. profile.TlsVersions.Select(version => version.Name())], engine => engine.TlsVersions.Select(version => version.Name()).ToHashSet()),
                Flags = [List("--tls", "VERSION", "Versions to offer: 1.2, 1.3.", "1.3") with { Separators = ",", Default = "both" }],
            },
            new PlanKey<Profile, IReadOnlyList<string>>(
                "ciphers", new ListValue<string>(new NameValue("the IANA name of a cipher suite that an engine knows", engine => engine.CipherSuites)))
            {
                Get = profile => profile.CipherSuites,
                Set = (profile, suites) => profile with { CipherSuites = suites },
                Help = "IANA names of the cipher suites to offer, in order of preference.",
                Example = "TLS_AES_128_GCM_SHA256",
                Default = "the engine's",
                Needs = Refusal.Names<Profile>("cipher suite", profile => profile.CipherSuites, engine => engine.CipherSuites),
                Flags = [List("--cipher", "SUITE", "Cipher suites to offer, by IANA name, in order.", "TLS_AES_128_GCM_SHA256")],
            },
            new PlanKey<Profile, IReadOnlyList<string>>("groups", new ListValue<string>(Group))
            {
                Get = profile => profile.Groups,
                Set = (profile, groups) => profile with { Groups = groups },
                Help = "IANA names of the groups to offer, in order of preference.",
                Example = "[X25519MLKEM768, x25519]",
                Default = "the engine's",
                Needs = Refusal.Names<Profile>("group", profile => profile.Groups, engine => engine.Groups),
                Flags = [List("--group", "GROUP", "Groups to offer, such as x25519 or secp256r1, in order.", "x25519")],
            },
            new PlanKey<Profile, IReadOnlyList<string>?>("keyShares", new KeySharesValue(Group))
            {
                Get = profile => profile.KeyShares,
                Set = (profile, groups) => profile with { KeyShares = groups },
                Help = "The groups that ClientHello has key shares for (RFC 8446 section 4.2.8), or `none`, which makes the server ask for one.",
                Example = "x25519",
                Default = "the first group",
                Needs = Refusal.Feature<Profile>(EngineFeature.KeyShares, profile => profile.KeyShares is not null),
                Flags = [List("--key-share", "GROUP", "Groups to send key shares for, or none.", "x25519") with { Default = "the first group" }],
            },
            new PlanKey<Profile, IReadOnlyList<string>>(
                "sigalgs", new ListValue<string>(new NameValue("the IANA name of a signature scheme that an engine knows", engine => engine.SignatureSchemes)))
            {
                Get = profile => profile.SignatureSchemes,
                Set = (profile, schemes) => profile with { SignatureSchemes = schemes },
                Help = "IANA names of the signature schemes to offer, in order of preference.",
                Example = "ecdsa_secp256r1_sha256",
                Default = "the engine's",
                Needs = Refusal.Names<Profile>("signature scheme", profile => profile.SignatureSchemes, engine => engine.SignatureSchemes),
                Flags = [List("--sigalg", "SCHEME", "Signature schemes to offer, by IANA name, in order.", "ecdsa_secp256r1_sha256")],
            },
            new PlanKey<Profile, IReadOnlyList<string>>(
                "alpn", new ListValue<string>(new TextValue("an ALPN protocol name", PlanRules.IsProtocolName, "write 1 to 255 bytes, such as h2 or http/1.1")))
            {
                Get = profile => profile.Alpn,
                Set = (profile, protocols) => profile with { Alpn = protocols },
                Help = "Application protocols to offer (RFC 7301), in order of preference.",
                Example = "[h2, http/1.1]",
                Flags = [List("--alpn", "PROTOCOL", "Application protocols to offer, in order.", "h2,http/1.1") with { Separators = "," }],
            },
            new PlanKey<Profile, IReadOnlyList<CertificateCompression>>(
                "certificateCompression", new ListValue<CertificateCompression>(new ChoiceValue<CertificateCompression>("a way to compress certificates")))
            {
                Get = profile => profile.CertificateCompression,
                Set = (profile, algorithms) => profile with { CertificateCompression = algorithms },
                Help = "How a TLS 1.3 server may compress its certificates (RFC 8879), in order of preference: `brotli`, `zlib`.",
                Example = "[brotli, zlib]",
                Needs = Refusal.Feature<Profile>(EngineFeature.CertificateCompression, profile => profile.CertificateCompression.Count > 0),
                Flags = [List("--cert-compression", "ALGORITHM", "How the server may compress its certificates: brotli, zlib, in order.", "brotli") with { Default = "none", Choices = EnumNames.All<CertificateCompression>() }],
            },
            new PlanKey<Profile, double>("resume", new PercentValue())
            {
                Get = profile => profile.Resume,
                Set = (profile, ratio) => profile with { Resume = ratio },
                Help = "The part of the handshakes that offer to resume a session.",
                Example = "30%",
                Needs = (profile, engine) => profile.TlsVersions
                    .Select(version => version == TlsVersion.Tls13 ? EngineFeature.ResumeTls13 : EngineFeature.ResumeTls12)
                    .Where(feature => profile.Resume > 0 && !engine.Features.Contains(feature))
                    .Select(feature => new Refusal(feature.Name())),
                Flags = [One("--resume", "PERCENT", "Part of the handshakes that offer to resume a session.", "30%")],
            },
            new PlanKey<Profile, IReadOnlyList<PskMode>>("pskModes", new ListValue<PskMode>(new ChoiceValue<PskMode>("a mode of resumption")))
            {
                Get = profile => profile.PskModes,
                Set = (profile, modes) => profile with { PskModes = modes },
                Help = "How TLS 1.3 offers to resume (RFC 8446 section 4.2.9): `psk_dhe_ke`, with a new key agreement, or `psk_ke`, without.",
                Example = "psk_ke",
                Default = "psk_dhe_ke",
                Needs = Refusal.Feature<Profile>(EngineFeature.PskModes, profile => !profile.PskModes.SequenceEqual([PskMode.PskDheKe])),
                Flags = [List("--psk-mode", "MODE", "Modes of TLS 1.3 resumption to offer: psk_dhe_ke, with a new key agreement, or psk_ke, without.", "psk_ke") with { Default = "psk_dhe_ke", Choices = EnumNames.All<PskMode>() }],
            },
            new PlanKey<Profile, EarlyData?>("earlyData", new EarlyDataValue())
            {
                Get = profile => profile.EarlyData,
                Set = (profile, data) => profile with { EarlyData = data },
                Help = "What a TLS 1.3 handshake that offers to resume sends as early data (RFC 8446 section 2.3): `http` for the request of `confirm: http`, a number of bytes, which are zeros, or the name of a file. Sets `resume: 100%` where that is left out.",
                Example = "http",
                Default = "none",
                Needs = Refusal.Feature<Profile>(EngineFeature.EarlyData, profile => profile.EarlyData is not null),
                Flags = [One("--early-data", "DATA", "Early data (0-RTT) of handshakes that offer to resume: http for the request of --confirm http, a number of bytes, or a file.", "http")],
            },
            new PlanKey<Profile, Confirm>("confirm", new ChoiceValue<Confirm>("a way to confirm"))
            {
                Get = profile => profile.Confirm,
                Set = (profile, confirm) => profile with { Confirm = confirm },
                Help = "What must come back for a handshake to count as completed: `none`, `http` (an answer to GET / in HTTP/1.1 with a status of `expectStatus`) or `close` (the server's close_notify).",
                Example = "http",
                Needs = Refusal.Feature<Profile>(EngineFeature.Confirm, profile => profile.Confirm != Confirm.None),
                Flags = [One("--confirm", "WHAT", "What must come back: none, http (an answer to GET /) or close (close_notify).", "http") with { Default = "none", Choices = EnumNames.All<Confirm>() }],
            },
            new PlanKey<Profile, IReadOnlyList<string>>(
                "expectStatus", new ListValue<string>(new TextValue("an HTTP status", HttpStatus.IsExpectation, "write a code such as 404, or a class such as 2xx")))
            {
                Get = profile => profile.ExpectStatus,
                Set = (profile, statuses) => profile with { ExpectStatus = statuses },
                Help = "The HTTP statuses that confirm a handshake, as codes or classes; another is the failure `unexpected_status`. Sets `confirm: http`.",
                Example = "[2xx, 404]",
                Default = "2xx and 3xx",
                Needs = Refusal.Feature<Profile>(EngineFeature.Confirm, profile => profile.ExpectStatus.Count > 0),
                Flags = [List("--expect-status", "STATUS", "HTTP statuses that confirm a handshake (--confirm http): codes such as 404, classes such as 2xx.", "2xx,404") with { Default = "2xx,3xx" }],
            },
            new PlanKey<Profile, Checks>("checks", new ChoiceValue<Checks>("an extent of checks"))
            {
                Get = profile => profile.Checks,
                Set = (profile, checks) => profile with { Checks = checks },
                Help = "`full` checks everything that a browser does; `lean` reuses key shares and checks one signature in 100, for more load from the same machine.",
                Example = "lean",
                Needs = Refusal.Feature<Profile>(EngineFeature.LeanChecks, profile => profile.Checks == Checks.Lean),
                Flags = [One("--checks", "EXTENT", "full, or lean for more load: key shares are reused, one signature in 100 is checked.", "lean") with { Default = "full", Choices = EnumNames.All<Checks>() }],
            },
            new PlanKey<Profile, bool>("ocsp", new SwitchValue())
            {
                Get = profile => profile.Ocsp,
                Set = (profile, asks) => profile with { Ocsp = asks },
                Help = "Whether to ask for a stapled OCSP response (RFC 6066 section 8).",
                Example = "true",
                Needs = Refusal.Feature<Profile>(EngineFeature.OcspStapling, profile => profile.Ocsp),
                Flags = [new PlanFlag("--ocsp", null, "Ask for a stapled OCSP response.", FlagGroup.Handshake) { Example = "" }],
            },
            new PlanKey<Profile, bool>("extendedMasterSecret", new SwitchValue())
            {
                Get = profile => profile.ExtendedMasterSecret,
                Set = (profile, offers) => profile with { ExtendedMasterSecret = offers },
                Help = "Whether TLS 1.2 offers the extended master secret (RFC 7627).",
                Example = "false",
                Needs = Refusal.Feature<Profile>(EngineFeature.PlainMasterSecret, profile => !profile.ExtendedMasterSecret),
            },
            new PlanKey<Profile, TimeSpan>("hold", new DurationValue(TimeSpan.Zero, PlanRules.MostHold))
            {
                Get = profile => profile.Hold,
                Set = (profile, time) => profile with { Hold = time },
                Help = "How long a connection stays open after a completed handshake, or where `stopAfter` stopped it.",
                Example = "30s",
                Needs = Refusal.Feature<Profile>(EngineFeature.Hold, profile => profile.Hold > TimeSpan.Zero),
                Flags = [One("--hold", "DURATION", "Keep each connection open for this long after its handshake.", "30s") with { Default = "0s" }],
            },
            new PlanKey<Profile, StopAfter>("stopAfter", new ChoiceValue<StopAfter>("a point of a handshake"))
            {
                Get = profile => profile.StopAfter,
                Set = (profile, point) => profile with { StopAfter = point },
                Help = "Stops each handshake on purpose, to see how the server defends itself: after `connect`, `client_hello`, `server_flight`, or `before_finished`. `hold` says how long to wait for the server then.",
                Example = "client_hello",
                Needs = Refusal.Feature<Profile>(EngineFeature.PartialHandshakes, profile => profile.StopAfter != StopAfter.None),
                Flags =
                [
                    One("--stop-after", "POINT", "Stop each handshake: connect, client_hello, server_flight or before_finished (and --hold it there).", "client_hello") with
                    {
                        Default = "none", Choices = EnumNames.All<StopAfter>(),
                    },
                ],
            },
            new PlanKey<Profile, TimeSpan>("trickle", new DurationValue(TimeSpan.Zero, PlanRules.MostTrickle))
            {
                Get = profile => profile.Trickle,
                Set = (profile, time) => profile with { Trickle = time },
                Help = "Sends the handshake a byte at a time, each in a segment of its own, with this time after each.",
                Example = "10ms",
                Needs = Refusal.Feature<Profile>(EngineFeature.PartialHandshakes, profile => profile.Trickle > TimeSpan.Zero),
                Flags = [One("--trickle", "DURATION", "Send the handshake a byte at a time, with this time after each.", "10ms") with { Default = "0s" }],
            },
            new PlanKey<Profile, IReadOnlyList<ClientIdentity>>("clientCertificates", new ClientCertificatesValue())
            {
                Get = profile => profile.Identities,
                Set = (profile, identities) => profile with { Identities = identities },
                Help = "Client certificates, sent in turn to servers that request one: a list, or one PEM file of certificates and keys.",
                Example = "[ { cert: client.pem, key: client.key } ]",
                Needs = (profile, engine) => Refusal.Feature<Profile>(EngineFeature.ClientCertificates, each => each.Identities.Count > 0)(profile, engine)
                    .Concat(Refusal.Feature<Profile>(EngineFeature.EdwardsClientKeys, each => each.Identities.Any(identity => identity.IsEdwards))(profile, engine)),
                Flags = [ClientCertificatesValue.Cert, ClientCertificatesValue.Key],
                OfFlags = ClientCertificatesValue.OfFlags,
            },
            new PlanKey<Profile, PreSharedKey?>("psk", new PreSharedKeyValue())
            {
                Get = profile => profile.PreSharedKey,
                Set = (profile, psk) => profile with { PreSharedKey = psk },
                Help = "An external pre-shared key (RFC 8446 section 4.2.11, RFC 4279).",
                Example = "{ identity: device-17, key: 00112233445566778899aabbccddeeff }",
                Needs = Refusal.Feature<Profile>(EngineFeature.PreSharedKeys, profile => profile.PreSharedKey is not null),
                Flags = [One("--psk", "IDENTITY:HEX", "External pre-shared key.", "device-17:00112233445566778899aabbccddeeff") with { HasSecret = true }],
            },
        ]);

    private static PlanFlag One(string name, string value, string help, string example) => new(name, value, help, FlagGroup.Handshake) { Example = example };

    // OpenSSL separates names with colons, and no IANA name has one.
    private static PlanFlag List(string name, string value, string help, string example) => One(name, value, help, example) with { Separators = ListSeparators };
}
