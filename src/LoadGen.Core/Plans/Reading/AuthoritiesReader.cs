using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Reads files of certificate authorities into the plan.</summary>
internal sealed class AuthoritiesReader(ProblemList problems)
{
    private int _characters;

    /// <summary>The authorities in a PEM file; <see langword="null"/>, and one problem, if it has none to use.</summary>
    /// <param name="written">The file's path.</param>
    /// <param name="folder">What a relative path starts from.</param>
    public Trust? Read(Written written, string folder)
    {
        if (BoundedFile.Read(Path.Combine(folder, written.Text), written.Place, "the CA file", problems) is not { } text)
        {
            return null;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException fault)
        {
            problems.Add(written.Place, $"the CA file {written.Text} holds a broken certificate: {fault.Message}", "name a PEM file of certificates");
            return null;
        }

        // Written anew, so that a private key that shares the file does not travel with the plan.
        var pem = certificates.ExportCertificatePems();
        var count = certificates.Count;
        foreach (var certificate in certificates)
        {
            certificate.Dispose();
        }

        _characters += pem.Length;
        if (count == 0)
        {
            problems.Add(written.Place, $"the CA file {written.Text} holds no certificate", "name a PEM file with at least one BEGIN CERTIFICATE");
            return null;
        }

        if (_characters > PlanRules.MostAuthorityCharacters)
        {
            problems.Add(
                written.Place,
                $"the CA certificates of the plan are more than {PlanRules.MostAuthorityCharacters} characters of PEM, too many to send to workers",
                "name files with only the authorities that sign the targets' certificates");
            return null;
        }

        return new Trust.Authorities(pem);
    }
}
