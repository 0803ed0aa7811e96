using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>Reads once more, for a probe, what a handshake has no use for, from messages that were accepted.</summary>
internal static class DetailsReader
{
    /// <summary>The groups that EncryptedExtensions lists (RFC 8446 section 4.2.7); empty if it lists none.</summary>
    public static IReadOnlyList<string> GroupsOf(ReadOnlySpan<byte> encryptedExtensions)
    {
        var groups = new List<string>();
        var content = new WireReader(Extension(new WireReader(encryptedExtensions).Vector16(), TlsExtension.supported_groups));
        for (var list = new WireReader(content.Vector16()); !list.IsEmpty;)
        {
            groups.Add(((TlsGroup)list.U16()).Name());
        }

        return groups;
    }

    /// <summary>The authorities that a CertificateRequest of TLS 1.3 names (RFC 8446 section 4.2.4); may be empty.</summary>
    public static IReadOnlyList<string> AuthoritiesOf13(ReadOnlySpan<byte> certificateRequest)
    {
        var message = new WireReader(certificateRequest);
        message.Vector8();
        return NamesIn(new WireReader(Extension(message.Vector16(), TlsExtension.certificate_authorities)).Vector16());
    }

    /// <summary>The authorities that a CertificateRequest of TLS 1.2 names (RFC 5246 section 7.4.4); may be empty.</summary>
    public static IReadOnlyList<string> AuthoritiesOf12(ReadOnlySpan<byte> certificateRequest)
    {
        var message = new WireReader(certificateRequest);
        message.Vector8();
        message.Vector16();
        return NamesIn(message.Vector16());
    }

    private static ReadOnlySpan<byte> Extension(ReadOnlySpan<byte> extensions, TlsExtension type)
    {
        for (var reader = new ExtensionReader(extensions); reader.Read();)
        {
            if (reader.Type == type)
            {
                return reader.Content;
            }
        }

        return [];
    }

    private static List<string> NamesIn(ReadOnlySpan<byte> list)
    {
        var names = new List<string>();
        for (var reader = new WireReader(list); !reader.IsEmpty;)
        {
            var encoding = reader.Vector16();
            try
            {
                names.Add(BoundedText.Of(new X500DistinguishedName(encoding).Name));
            }
            catch (CryptographicException)
            {
                names.Add("a name that cannot be read");
            }
        }

        return names;
    }
}
