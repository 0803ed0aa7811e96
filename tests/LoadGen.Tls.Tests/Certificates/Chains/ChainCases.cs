using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Tests.Certificates.Chains;

/// <summary>A chain that a server sends, and what must come of it.</summary>
/// <param name="Key">The key of the server.</param>
/// <param name="Sent">What it sends, in DER, its own first.</param>
/// <param name="Trusted">The certificates that clients trust.</param>
/// <param name="Expected">What is wrong with the chain; <see langword="null"/> if it is good.</param>
internal sealed record ChainCase(ChainKey Key, IReadOnlyList<byte[]> Sent, IReadOnlyList<byte[]> Trusted, FailureKind? Expected)
{
    /// <summary>The name that clients ask for.</summary>
    public string ServerName { get; init; } = ChainCases.Name;

    /// <summary>The only version in which openssl judges otherwise, by its switch; <see langword="null"/> for both.</summary>
    public string? DiffersIn { get; init; }

    /// <summary>Why openssl judges otherwise; <see langword="null"/> if it judges alike.</summary>
    public string? Difference { get; init; }

    /// <summary>Whether openssl, called by its switch for the version, judges otherwise.</summary>
    public bool DiffersFor(string openssl) => Difference is not null && (DiffersIn is null || openssl.EndsWith(DiffersIn, StringComparison.Ordinal));
}

/// <summary>A certificate and what issues more by it.</summary>
internal sealed record Issued(CertificateShape Shape, byte[] Der)
{
    public ChainKey Key => Shape.Key;

    public Issued Issue(CertificateShape shape) => new(shape, shape.Issue(Shape.Name, Key));
}

/// <summary>The table of chains.</summary>
internal static class ChainCases
{
    public const string Name = "www.example.com";

    private const FailureKind Expired = FailureKind.CertificateExpired;
    private const FailureKind NotYetValid = FailureKind.CertificateNotYetValid;
    private const FailureKind Untrusted = FailureKind.CertificateUntrusted;
    private const FailureKind WrongName = FailureKind.CertificateWrongName;
    private const FailureKind Invalid = FailureKind.CertificateInvalid;

    private const X509KeyUsageFlags Signing = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    private static readonly Issued Root = SelfSigned(Authority("CN=Table root"));
    private static readonly Issued Middle = Root.Issue(Authority("CN=Table intermediate"));

    public static IReadOnlyDictionary<string, ChainCase> All { get; } = Keys().Concat(Names()).Concat(Dates()).Concat(Paths()).Concat(Extensions()).Concat(Encodings())
        .ToDictionary(each => each.Name, each => each.Case, StringComparer.Ordinal);

    private static IEnumerable<(string Name, ChainCase Case)> Keys()
    {
        yield return ("RSA 2048", Good(Leaf(ChainKey.Rsa(2048))));
        yield return ("RSA 3072", Good(Leaf(ChainKey.Rsa(3072))));
        yield return ("RSA 4096", Good(Leaf(ChainKey.Rsa(4096))));
        yield return ("RSA 8192", Good(Leaf(ChainKey.Rsa(8192))));
        yield return ("RSA-PSS", Good(Leaf(ChainKey.RsaPss())));
        yield return ("ECDSA P-256", Good(Leaf()));
        yield return ("ECDSA P-384", Good(Leaf(ChainKey.P384())));
        yield return ("ECDSA P-521", Good(Leaf(ChainKey.P521())));
        yield return ("Ed25519", Good(Leaf(ChainKey.Ed25519())));
        yield return ("Ed448", Good(Leaf(ChainKey.Ed448())));
        yield return ("authorities of RSA, RSA-PSS and Ed25519", Of(null, SelfSigned(Authority("CN=RSA root", ChainKey.Rsa(2048))), Authority("CN=PSS", ChainKey.RsaPss()), Authority("CN=Ed", ChainKey.Ed25519()), Leaf()));
        yield return ("RSA 1024 leaf", Of(Invalid, Root, Leaf(ChainKey.Rsa(1024))));
        yield return ("RSA 1024 intermediate", Of(Invalid, Root, Authority("CN=Small", ChainKey.Rsa(1024)), Leaf()));
        yield return ("RSA 1024 root", Of(Invalid, SelfSigned(Authority("CN=Small root", ChainKey.Rsa(1024))), Leaf()));
    }

    private static IEnumerable<(string Name, ChainCase Case)> Names()
    {
        yield return ("wildcard", Named(null, "a.example.com", "*.example.com"));
        yield return ("wildcard against two labels", Named(WrongName, "a.b.example.com", "*.example.com"));
        yield return ("wildcard against no label", Named(WrongName, "example.com", "*.example.com"));
        yield return ("partial wildcard", Named(WrongName, "foo.example.com", "f*.example.com") with
        {
            Difference = "openssl still allows f*; RFC 9525 section 6.3 wants the whole left label, as browsers do",
        });
        yield return ("wildcard inside", Named(WrongName, "a.b.example.com", "a.*.example.com"));
        yield return ("wildcard of a top-level domain", Named(WrongName, "example.com", "*.com"));
        yield return ("wildcard of everything", Named(WrongName, "localhost", "*"));
        yield return ("wildcard against an address", Named(WrongName, "127.0.0.1", "*.0.0.1"));
        yield return ("IPv4 address", Named(null, "127.0.0.1", "127.0.0.1"));
        yield return ("IPv6 address", Named(null, "::1", "::1"));
        yield return ("another IPv4 address", Named(WrongName, "127.0.0.1", "127.0.0.2"));
        yield return ("another IPv6 address", Named(WrongName, "::1", "::2"));
        yield return ("address as a DNS name", Named(WrongName, "127.0.0.1", Extend.DnsName("127.0.0.1")));
        yield return ("address in CN only", Of(WrongName, Root, Plain("CN=127.0.0.1")) with { ServerName = "127.0.0.1" });
        yield return ("name in CN only", Of(null, Root, Plain($"CN={Name}")));
        yield return ("wildcard in CN only", Of(null, Root, Plain("CN=*.example.com")));
        yield return ("another name in CN only", Of(WrongName, Root, Plain("CN=other.example.com")));
        yield return ("names without the name, which is in CN", Of(WrongName, Root, Plain($"CN={Name}") with { Extensions = [Extend.Names("other.example.com")] }));
        yield return ("name in CN beside an e-mail address", Of(null, Root, Plain($"CN={Name}") with { Extensions = [Extend.Names("me@example.com")] }));
        yield return ("name in CN beside an address", Of(null, Root, Plain($"CN={Name}") with { Extensions = [Extend.Names("127.0.0.1")] }));
        yield return ("e-mail address only", Of(WrongName, Root, Plain("CN=me") with { Extensions = [Extend.Names("me@example.com")] }));
        yield return ("punycode", Named(null, "xn--mnchen-3ya.example", "xn--mnchen-3ya.example"));
        yield return ("wildcard against punycode", Named(null, "xn--mnchen-3ya.example.com", "*.example.com"));
        yield return ("upper case in the certificate", Named(null, Name, "WWW.Example.COM"));
        yield return ("upper case asked for", Named(null, "WWW.EXAMPLE.com", Name));
        yield return ("dot at the end of the certificate's name", Named(WrongName, Name, "www.example.com."));
        yield return ("underscore", Named(null, "my_host.example.com", "my_host.example.com"));
        yield return ("name inside a longer one", Named(WrongName, Name, "www.example.com.evil.test"));
        yield return ("name with a null character", Named(WrongName, Name, "www.example.com\0.evil.test"));
        yield return ("the second of many names", Named(null, Name, "a.example.com", Name, "b.example.com"));
        yield return ("empty subject with critical names", Of(null, Root, Plain("") with { Extensions = [Extend.Names(critical: true, Name)] }));
        yield return ("empty subject without names", Of(WrongName, Root, Plain("")));
    }

    private static IEnumerable<(string Name, ChainCase Case)> Dates()
    {
        var past = CertificateShape.Now.AddDays(-3);
        var future = CertificateShape.Now.AddDays(3);
        yield return ("expired leaf", Of(Expired, Root, Leaf() with { NotAfter = past }));
        yield return ("expired intermediate", Of(Expired, Root, Authority("CN=Old") with { NotAfter = past }, Leaf()));
        yield return ("expired root", Of(Expired, SelfSigned(Authority("CN=Old root") with { NotAfter = past }), Leaf()));
        yield return ("leaf not yet valid", Of(NotYetValid, Root, Leaf() with { NotBefore = future }));
        yield return ("intermediate not yet valid", Of(NotYetValid, Root, Authority("CN=New") with { NotBefore = future }, Leaf()));
        yield return ("root not yet valid", Of(NotYetValid, SelfSigned(Authority("CN=New root") with { NotBefore = future }), Leaf()));
        yield return ("expired leaf beside an unrelated future certificate", Sends(Of(Expired, Root, Leaf() with { NotAfter = past }), Root.Issue(Leaf() with { NotBefore = future }).Der));
        yield return ("expired leaf of another name", Of(Expired, Root, Leaf() with { NotAfter = past }) with
        {
            ServerName = "other.example.com",
            Difference = "openssl reports the name first; an expired certificate is the more likely fault and the easier one to fix",
        });
        yield return ("expired leaf of an unknown authority", Of(Expired, Root, Leaf() with { NotAfter = past }) with
        {
            Trusted = [SelfSigned(Authority("CN=Unrelated root")).Der],
            Difference = "openssl reports the missing issuer first; an expired certificate is the more likely fault and the easier one to fix",
        });
        yield return ("unrelated expired certificate", Sends(Good(Leaf()), Root.Issue(Leaf("CN=else") with { NotAfter = past }).Der));
        yield return ("unrelated future certificate", Sends(Good(Leaf()), Root.Issue(Leaf("CN=else") with { NotBefore = future }).Der));
        yield return ("valid until 9999", Good(Leaf() with { NotAfter = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero) }));
        yield return ("dates in GeneralizedTime", Good(Leaf() with { GeneralizedTimes = true }));
        yield return ("expired in GeneralizedTime", Of(Expired, Root, Leaf() with { GeneralizedTimes = true, NotAfter = past }));
        yield return ("valid since 1970", Good(Leaf() with { NotBefore = DateTimeOffset.UnixEpoch }));
    }

    private static IEnumerable<(string Name, ChainCase Case)> Paths()
    {
        var leaf = Middle.Issue(Leaf());
        var good = new ChainCase(leaf.Key, [leaf.Der, Middle.Der], [Root.Der], null);
        yield return ("intermediate", good);
        yield return ("root sent too", Sends(good, Root.Der));
        yield return ("missing intermediate", good with { Sent = [leaf.Der], Expected = Untrusted });
        yield return ("missing intermediate, the root sent", good with { Sent = [leaf.Der, Root.Der], Expected = Untrusted });
        yield return ("wrong order", good with { Sent = [leaf.Der, Root.Der, Middle.Der] });
        yield return ("certificates sent twice", good with { Sent = [leaf.Der, leaf.Der, Middle.Der, Middle.Der] });
        yield return ("unrelated certificates", Sends(good, SelfSigned(Authority("CN=Stranger")).Der, Root.Issue(Leaf("CN=else")).Der));
        yield return ("empty trust", good with { Trusted = [SelfSigned(Authority("CN=Unrelated root")).Der], Expected = Untrusted });
        yield return ("unknown root sent", Sends(good with { Trusted = [SelfSigned(Authority("CN=Unrelated root")).Der], Expected = Untrusted }, Root.Der));

        var twelve = new List<Issued> { Root };
        for (var i = 0; i < 12; i++)
        {
            twelve.Add(twelve[^1].Issue(Authority($"CN=Step {i}")));
        }

        var far = twelve[^1].Issue(Leaf());
        yield return ("12 intermediates", new ChainCase(far.Key, [far.Der, .. twelve.Skip(1).Reverse().Select(each => each.Der)], [Root.Der], null));
        yield return ("almost 100 KB of certificates", Sends(good, [.. Enumerable.Range(0, 60).Select(i => SelfSigned(Bulky(i)).Der)]));

        var other = SelfSigned(Authority("CN=Other root"));
        var crossed = other.Issue(Middle.Shape with { Serial = [0x11] });
        var crossedOld = other.Issue(Middle.Shape with { Serial = [0x12], NotAfter = CertificateShape.Now.AddDays(-1) });
        yield return ("cross-signed, the first path trusted", good with { Sent = [leaf.Der, Middle.Der, crossed.Der] });
        yield return ("cross-signed, the trusted path first", good with { Sent = [leaf.Der, crossed.Der, Middle.Der], Trusted = [other.Der] });
        // OpenSSL follows the first issuer that fits, and does not turn back.
        yield return ("cross-signed, the trusted path second", good with { Sent = [leaf.Der, Middle.Der, crossed.Der], Trusted = [other.Der], Expected = Untrusted });
        yield return ("cross-signed, the expired path first", good with { Sent = [leaf.Der, crossedOld.Der, Middle.Der], Trusted = [Root.Der, other.Der] });
        yield return ("cross-signed, the expired path second", good with { Sent = [leaf.Der, Middle.Der, crossedOld.Der], Trusted = [Root.Der, other.Der] });
        yield return ("cross-signed, only the expired path sent", good with { Sent = [leaf.Der, crossedOld.Der], Trusted = [other.Der], Expected = Expired });
        var bridge = other.Issue(Root.Shape with { Serial = [0x13] });
        yield return ("longer than needed", Sends(good, bridge.Der, other.Der));
        yield return ("longer than needed, trusted at the far end", Sends(good, bridge.Der) with { Trusted = [other.Der] });

        // Without key identifiers nothing but the signature tells them apart.
        var impostor = SelfSigned(Authority("CN=Table root"));
        yield return ("issuer of the same name and another key", Good(Leaf()) with { Trusted = [impostor.Der], Expected = Invalid });
        yield return ("intermediate of the same name and another key", good with { Sent = [leaf.Der, Root.Issue(Authority("CN=Table intermediate")).Der], Expected = Invalid });
        yield return ("two roots of the same name, the other one first", Good(Leaf()) with { Trusted = [impostor.Der, Root.Der], Expected = Invalid });
        var (one, two) = (SelfSigned(Identified(1, 1)), SelfSigned(Identified(2, 2)));
        var named = Of(null, one, Leaf() with { Extensions = [Extend.Names(Name), Extend.AuthorityKey(1)] });
        yield return ("issuer of the same name and another key identifier", named with { Trusted = [two.Der], Expected = Untrusted });
        yield return ("two roots of the same name, told apart by key identifiers", named with { Trusted = [two.Der, one.Der] });

        var alone = SelfSigned(Leaf());
        yield return ("self-signed leaf", new ChainCase(alone.Key, [alone.Der], [Root.Der], Untrusted));
        yield return ("self-signed leaf that is trusted", new ChainCase(alone.Key, [alone.Der], [alone.Der], null));
        yield return ("leaf itself in the trust store", good with { Trusted = [leaf.Der], Expected = Untrusted });
        yield return ("leaf and root in the trust store", Good(Leaf()) is var both ? both with { Trusted = [both.Sent[0], Root.Der] } : both);
        yield return ("only the intermediate in the trust store", good with { Trusted = [Middle.Der], Expected = Untrusted });
        yield return ("intermediate and root in the trust store", good with { Sent = [leaf.Der], Trusted = [Middle.Der, Root.Der] });
        yield return ("authority as a server", Good(Plain("CN=Both") with { Extensions = [Extend.Authority(), Extend.KeyUsage(Signing | X509KeyUsageFlags.DigitalSignature), Extend.Names(Name)] }));
        yield return ("authority as a server that may sign certificates only", Of(Invalid, Root, Authority("CN=Authority") with { Extensions = [Extend.Authority(), Extend.KeyUsage(Signing), Extend.Names(Name)] }));
    }

    private static IEnumerable<(string Name, ChainCase Case)> Extensions()
    {
        var usage = X509KeyUsageFlags.DigitalSignature;
        yield return ("path length kept", Of(null, SelfSigned(Authority("CN=R", path: 1)), Authority("CN=M", path: 0), Leaf()));
        yield return ("path length broken", Of(Invalid, SelfSigned(Authority("CN=R", path: 1)), Authority("CN=M", path: 0), Authority("CN=N"), Leaf()));
        yield return ("issuer with CA:FALSE", Of(Invalid, Root, Plain("CN=No CA") with { Extensions = [Extend.NoAuthority, Extend.KeyUsage(Signing)] }, Leaf()));
        yield return ("issuer without basic constraints", Of(Invalid, Root, Plain("CN=No constraints") with { Extensions = [Extend.KeyUsage(usage)] }, Leaf()));
        yield return ("issuer without keyCertSign", Of(Invalid, Root, Plain("CN=No signing") with { Extensions = [Extend.Authority(), Extend.KeyUsage(usage)] }, Leaf()));
        yield return ("issuer without key usage", Of(null, Root, Plain("CN=Any usage") with { Extensions = [Extend.Authority()] }, Leaf()));
        yield return ("leaf without digitalSignature", Of(Invalid, Root, Plain($"CN={Name}") with { Extensions = [Extend.Names(Name), Extend.KeyUsage(X509KeyUsageFlags.KeyAgreement)] }) with
        {
            Difference = "openssl looks in TLS 1.2 only; RFC 8446 section 4.4.2.2 wants the bit",
            DiffersIn = "-tls1_3",
        });
        yield return ("leaf with digitalSignature only", Good(Plain($"CN={Name}") with { Extensions = [Extend.Names(Name), Extend.KeyUsage(usage)] }));
        foreach (var (name, purposes, fault) in new (string, string[], FailureKind?)[]
        {
            ("for clients only", [Extend.ClientAuthentication], Invalid),
            ("for servers", [Extend.ServerAuthentication], null),
            ("for servers and clients", [Extend.ClientAuthentication, Extend.ServerAuthentication], null),
            ("for code signing only", [Extend.CodeSigning], Invalid),
        })
        {
            yield return ($"leaf {name}", Of(fault, Root, Leaf() with { Extensions = [Extend.Names(Name), Extend.Usage(purposes)] }));
            yield return ($"intermediate {name}", Of(fault, Root, Plain("CN=Purpose") with { Extensions = [Extend.Authority(), Extend.Usage(purposes)] }, Leaf()));
        }

        // RFC 5280 section 4.2.1.12 leaves it to the client.
        yield return ("leaf for any purpose", Of(Invalid, Root, Leaf() with { Extensions = [Extend.Names(Name), Extend.Usage(Extend.AnyUsage)] }));
        foreach (var (name, subtree, server, isInside) in new[]
        {
            ("domain", "example.com", Name, true), ("domain", "other.test", Name, false), ("address", "127.0.0.0/8", "127.0.0.1", true), ("address", "10.0.0.0/8", "127.0.0.1", false),
        })
        {
            var place = isInside ? "inside" : "outside";
            yield return ($"{place} the permitted {name}", Of(isInside ? null : Invalid, Root, Constrained(Extend.Constraints(permitted: subtree)), Leaf(names: server)) with { ServerName = server });
            yield return ($"{place} the excluded {name}", Of(isInside ? Invalid : null, Root, Constrained(Extend.Constraints(excluded: subtree)), Leaf(names: server)) with { ServerName = server });
        }

        yield return ("CN outside the permitted domain", Of(Invalid, Root, Constrained(Extend.Constraints(permitted: "other.test")), Plain($"CN={Name}")));
        yield return ("unknown critical extension", Of(Invalid, Root, Leaf() with { Extensions = [Extend.Names(Name), Extend.Unknown(critical: true)] }));
        yield return ("unknown critical extension of the intermediate", Of(Invalid, Root, Authority("CN=Unknown") with { Extensions = [Extend.Authority(), Extend.Unknown(critical: true)] }, Leaf()));
        yield return ("unknown extension", Good(Leaf() with { Extensions = [Extend.Names(Name), Extend.Unknown(critical: false)] }));
    }

    private static IEnumerable<(string Name, ChainCase Case)> Encodings()
    {
        var rsa = SelfSigned(Authority("CN=RSA root", ChainKey.Rsa(2048)));
        yield return ("SHA-1 signature", Of(Invalid, rsa, Leaf() with { SignedBy = "SHA1withRSA" }));
        yield return ("SHA-1 signature of the intermediate", Of(Invalid, rsa, Authority("CN=SHA-1") with { SignedBy = "SHA1withRSA" }, Leaf()));
        yield return ("SHA-1 signature by ECDSA", Of(Invalid, Root, Leaf() with { SignedBy = "SHA1withECDSA" }));
        yield return ("SHA-1 signature of the root", Of(null, SelfSigned(Authority("CN=SHA-1 root", rsa.Key) with { SignedBy = "SHA1withRSA" }), Leaf()));
        yield return ("MD5 signature", Of(Invalid, rsa, Leaf() with { SignedBy = "MD5withRSA" }));
        yield return ("SHA-512 signature", Of(null, rsa, Leaf() with { SignedBy = "SHA512withRSA" }));
        yield return ("RSA-PSS signature", Of(null, rsa, Leaf() with { SignedBy = "SHA256withRSAandMGF1" }));
        yield return ("tampered signature", Of(Invalid, Root, Leaf() with { IsTampered = true }));
        yield return ("tampered signature of the intermediate", Of(Invalid, Root, Authority("CN=Tampered") with { IsTampered = true }, Leaf()));
        yield return ("tampered RSA signature", Of(Invalid, rsa, Leaf() with { IsTampered = true }));
        yield return ("version 1 leaf", Of(null, Root, Plain($"CN={Name}") with { Version = 1 }));
        yield return ("version 1 intermediate", Of(Invalid, Root, Plain("CN=Version 1") with { Version = 1 }, Leaf()));
        yield return ("version 1 root", Of(null, SelfSigned(Plain("CN=Version 1 root") with { Version = 1 }), Leaf()));
        yield return ("negative serial number", Good(Leaf() with { Serial = [0x80, 1] }));
        yield return ("serial number zero", Good(Leaf() with { Serial = [0] }));
        yield return ("huge serial number", Good(Leaf() with { Serial = [0x7f, .. new byte[39]] }));
        yield return ("default values written out", Good(Leaf() with { WritesDefaults = true }));
        yield return ("bytes behind the certificate", Good(Leaf()) is var padded ? padded with { Sent = [[.. padded.Sent[0], 0]], Expected = Invalid } : padded);
        yield return ("half a certificate", Good(Leaf()) is var half ? half with { Sent = [half.Sent[0][..100]], Expected = Invalid } : half);
        yield return ("half an intermediate", Good(Leaf()) is var extra ? extra with { Sent = [extra.Sent[0], Middle.Der[..100]], Expected = Invalid } : extra);
    }

    private static CertificateShape Authority(string subject, ChainKey? key = null, int? path = null)
        => new(subject, key ?? ChainKey.P256()) { Extensions = [Extend.Authority(path), Extend.KeyUsage(Signing)], NotBefore = CertificateShape.Now.AddDays(-20), NotAfter = CertificateShape.Now.AddDays(900) };

    private static CertificateShape Identified(byte own, byte issuer)
        => Authority("CN=Identified root") with { Extensions = [Extend.Authority(), Extend.KeyUsage(Signing), Extend.SubjectKey(own), Extend.AuthorityKey(issuer)] };

    private static CertificateShape Bulky(int i)
        => Authority($"CN=Bulky {i}") with { Extensions = [Extend.Names([.. Enumerable.Range(0, 40).Select(name => $"a-rather-long-name-{name}.example")])] };

    private static CertificateShape Constrained(X509Extension constraints)
        => Authority("CN=Constrained") with { Extensions = [Extend.Authority(), Extend.KeyUsage(Signing), constraints] };

    private static CertificateShape Leaf(ChainKey key) => new($"CN={Name}", key) { Extensions = [Extend.Names(Name)] };

    private static CertificateShape Leaf(string subject = "CN=leaf", string names = Name) => new(subject, ChainKey.P256()) { Extensions = [Extend.Names(names)] };

    // Without extensions.
    private static CertificateShape Plain(string subject) => new(subject, ChainKey.P256());

    private static Issued SelfSigned(CertificateShape shape) => new(shape, shape.Issue(shape.Name, shape.Key));

    private static ChainCase Good(CertificateShape leaf) => Of(null, Root, leaf);

    private static ChainCase Named(FailureKind? expected, string server, params string[] names) => Named(expected, server, Extend.Names(names));

    private static ChainCase Named(FailureKind? expected, string server, X509Extension names)
        => Of(expected, Root, Plain("CN=leaf") with { Extensions = [names] }) with { ServerName = server };

    // The shapes from the one that the root signs to the leaf.
    private static ChainCase Of(FailureKind? expected, Issued root, params CertificateShape[] shapes)
    {
        var path = new List<Issued> { root };
        foreach (var shape in shapes)
        {
            path.Add(path[^1].Issue(shape));
        }

        return new ChainCase(path[^1].Key, [.. path.Skip(1).Reverse().Select(each => each.Der)], [root.Der], expected);
    }

    private static ChainCase Sends(ChainCase chain, params byte[][] more) => chain with { Sent = [.. chain.Sent, .. more] };
}
