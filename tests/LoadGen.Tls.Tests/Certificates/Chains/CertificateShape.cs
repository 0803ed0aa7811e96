using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LoadGen.Tls.Tests.Certificates.Chains;

/// <summary>A certificate in all its parts, right and wrong: those that no library would make too.</summary>
internal sealed record CertificateShape(string Subject, ChainKey Key)
{
    public static DateTimeOffset Now { get; } = DateTimeOffset.UtcNow;

    /// <summary>Its extensions, in order.</summary>
    public IReadOnlyList<X509Extension> Extensions { get; init; } = [];

    public DateTimeOffset NotBefore { get; init; } = Now.AddDays(-10);

    public DateTimeOffset NotAfter { get; init; } = Now.AddDays(90);

    /// <summary>The content of the serial number's INTEGER.</summary>
    public byte[] Serial { get; init; } = [0x40, .. RandomNumberGenerator.GetBytes(15)];

    public int Version { get; init; } = 3;

    /// <summary>The signature's name; the issuer's own if <see langword="null"/>.</summary>
    public string? SignedBy { get; init; }

    /// <summary>GeneralizedTime for any date (RFC 5280 section 4.1.2.5 wants UTCTime until 2049).</summary>
    public bool GeneralizedTimes { get; init; }

    /// <summary>The signature has a wrong bit.</summary>
    public bool IsTampered { get; init; }

    /// <summary>Critical: FALSE is written out, as DER forbids (X.690 section 11.5).</summary>
    public bool WritesDefaults { get; init; }

    public byte[] Name => Subject.Length == 0 ? [0x30, 0] : new X500DistinguishedName(Subject).RawData;

    /// <summary>The certificate, signed by itself or another.</summary>
    public byte[] Issue(byte[] issuerName, ChainKey issuerKey)
    {
        var algorithm = ChainKey.AlgorithmOf(SignedBy ?? issuerKey.Signature);
        var inner = Inner(issuerName, algorithm);
        var signature = issuerKey.Sign(inner, SignedBy);
        if (IsTampered)
        {
            signature[^1] ^= 1;
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(inner);
            writer.WriteEncodedValue(algorithm);
            writer.WriteBitString(signature);
        }

        return writer.Encode();
    }

    // TBSCertificate (RFC 5280 section 4.1).
    private byte[] Inner(byte[] issuerName, byte[] algorithm)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (Version > 1)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                {
                    writer.WriteInteger(Version - 1);
                }
            }

            writer.WriteEncodedValue([0x02, (byte)Serial.Length, .. Serial]);
            writer.WriteEncodedValue(algorithm);
            writer.WriteEncodedValue(issuerName);
            using (writer.PushSequence())
            {
                Write(writer, NotBefore);
                Write(writer, NotAfter);
            }

            writer.WriteEncodedValue(Name);
            writer.WriteEncodedValue(Key.Info);
            if (Extensions.Count > 0)
            {
                WriteExtensions(writer);
            }
        }

        return writer.Encode();
    }

    private void WriteExtensions(AsnWriter writer)
    {
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
        using (writer.PushSequence())
        {
            foreach (var extension in Extensions)
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(extension.Oid!.Value!);
                    if (extension.Critical || WritesDefaults)
                    {
                        writer.WriteBoolean(extension.Critical);
                    }

                    writer.WriteOctetString(extension.RawData);
                }
            }
        }
    }

    private void Write(AsnWriter writer, DateTimeOffset time)
    {
        if (time.Year >= 2050 || GeneralizedTimes)
        {
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
        }
        else
        {
            writer.WriteUtcTime(time, 2049);
        }
    }
}

/// <summary>Extensions of certificates.</summary>
internal static class Extend
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    public const string AnyUsage = "2.5.29.37.0";

    private static readonly Asn1Tag Email = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Ip = new(TagClass.ContextSpecific, 7);

    public static X509Extension Authority(int? path = null) => new X509BasicConstraintsExtension(true, path is not null, path ?? 0, critical: true);

    public static X509Extension NoAuthority { get; } = new X509BasicConstraintsExtension(false, false, 0, critical: true);

    public static X509Extension KeyUsage(X509KeyUsageFlags flags) => new X509KeyUsageExtension(flags, critical: true);

    public static X509Extension Usage(params string[] purposes)
        => new X509EnhancedKeyUsageExtension([.. purposes.Select(purpose => new Oid(purpose))], critical: false);

    /// <summary>Names: an address, an e-mail address or else a host's.</summary>
    public static X509Extension Names(params string[] names) => Names(critical: false, names);

    public static X509Extension Names(bool critical, params string[] names)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var name in names)
            {
                if (IPAddress.TryParse(name, out var address))
                {
                    writer.WriteOctetString(address.GetAddressBytes(), Ip);
                }
                else
                {
                    writer.WriteCharacterString(UniversalTagNumber.IA5String, name, name.Contains('@', StringComparison.Ordinal) ? Email : Dns);
                }
            }
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical);
    }

    /// <summary>A host's name, whatever it looks like.</summary>
    public static X509Extension DnsName(string name)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, name, Dns);
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    /// <summary>Name constraints (RFC 5280 section 4.2.1.10): a domain, or an address with its mask.</summary>
    public static X509Extension Constraints(string? permitted = null, string? excluded = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (tag, subtree) in new[] { (0, permitted), (1, excluded) })
            {
                if (subtree is not null)
                {
                    using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag)))
                    using (writer.PushSequence())
                    {
                        if (IPNetwork.TryParse(subtree, out var network))
                        {
                            var mask = BitConverter.GetBytes(IPAddress.HostToNetworkOrder((int)(uint.MaxValue << (32 - network.PrefixLength))));
                            writer.WriteOctetString([.. network.BaseAddress.GetAddressBytes(), .. mask], Ip);
                        }
                        else
                        {
                            writer.WriteCharacterString(UniversalTagNumber.IA5String, subtree, Dns);
                        }
                    }
                }
            }
        }

        return new X509Extension("2.5.29.30", writer.Encode(), critical: true);
    }

    public static X509Extension SubjectKey(byte identifier) => new X509SubjectKeyIdentifierExtension([identifier], critical: false);

    public static X509Extension AuthorityKey(byte identifier) => X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier([identifier]);

    public static X509Extension Unknown(bool critical) => new("1.3.6.1.4.1.99999.1", Encoding.ASCII.GetBytes("\x04\x02hi"), critical);
}
