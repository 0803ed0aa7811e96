using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace LoadGen.Tls.Certificates;

/// <summary>
/// Whether a certificate is valid for a name, by RFC 9525 section 6 and, for certificates without DNS names, as OpenSSL does by the
/// common name. .NET's own matching takes what neither does: addresses in the common name, and <c>*.com</c>.
/// </summary>
internal static class CertificateNames
{
    private const string CommonName = "2.5.4.3";

    /// <summary>Whether the certificate is valid for a host name or an address.</summary>
    public static bool Matches(X509Certificate2 certificate, string name)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (IPAddress.TryParse(name, out var address))
        {
            return names?.EnumerateIPAddresses().Contains(address) == true;
        }

        var hosts = names?.EnumerateDnsNames().ToList();
        return (hosts is { Count: > 0 } ? hosts : CommonNamesOf(certificate)).Any(pattern => Matches(pattern, name));
    }

    /// <summary>The common names, which name a host only where no DNS name does.</summary>
    public static IEnumerable<string> CommonNamesOf(X509Certificate2 certificate)
        => certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            .Select(part => part.GetSingleElementValue() ?? "");

    // An asterisk stands for the whole of the first label, and two labels follow it at least (RFC 9525 section 6.3).
    private static bool Matches(string pattern, string name)
    {
        if (!pattern.StartsWith("*.", StringComparison.Ordinal))
        {
            return string.Equals(pattern, name, StringComparison.OrdinalIgnoreCase);
        }

        var rest = pattern.AsSpan(1);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && rest[1..].Contains('.') && rest.Equals(name.AsSpan(dot), StringComparison.OrdinalIgnoreCase);
    }
}
