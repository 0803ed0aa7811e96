using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Reads client certificates and their keys, from PEM and PKCS #12 files, into the plan.</summary>
internal sealed class IdentityReader(ProblemList problems)
{
    private int _characters;

    /// <summary>The identities that a profile lists; <see langword="null"/> if it lists none.</summary>
    public Choice<IReadOnlyList<ClientIdentity>>? OfPlan(PlanMapping profile, string key, string folder)
    {
        if (profile.Mappings(key, "a client certificate", ["cert", "key", "password"]) is not { Count: > 0 } entries)
        {
            return null;
        }

        var identities = new List<ClientIdentity>();
        foreach (var entry in entries)
        {
            if (entry.Required("cert", "client.pem") is { } cert && Read(cert, entry.Scalar("key"), entry.Scalar("password")?.Text, folder) is { } identity)
            {
                identities.Add(identity);
            }
        }

        return new Choice<IReadOnlyList<ClientIdentity>>(identities, new Written(key, entries[0].Place));
    }

    /// <summary>The identities of <c>--cert</c> and <c>--key</c>; as in curl, a password may follow the file's name and a colon.</summary>
    public Choice<IReadOnlyList<ClientIdentity>>? OfFlags(IReadOnlyList<string> certificates, IReadOnlyList<string> keys)
    {
        if (keys.Count > certificates.Count)
        {
            problems.Add(Place.OfFlag("--key"), "there are more keys than certificates", "give one --cert for each --key");
        }

        if (certificates.Count == 0)
        {
            return null;
        }

        var identities = new List<ClientIdentity>();
        for (var i = 0; i < certificates.Count; i++)
        {
            var colon = File.Exists(certificates[i]) ? -1 : certificates[i].LastIndexOf(':');
            var file = colon > 0 ? certificates[i][..colon] : certificates[i];
            var password = colon > 0 ? certificates[i][(colon + 1)..] : null;
            var key = i < keys.Count ? new Written(keys[i], Place.OfFlag("--key")) : null;
            if (Read(new Written(file, Place.OfFlag("--cert")), key, password, Directory.GetCurrentDirectory()) is { } identity)
            {
                identities.Add(identity);
            }
        }

        return new Choice<IReadOnlyList<ClientIdentity>>(identities, new Written("", Place.OfFlag("--cert")));
    }

    private ClientIdentity? Read(Written cert, Written? key, string? password, string folder)
    {
        if (BoundedFile.ReadBytes(Path.Combine(folder, cert.Text), cert.Place, "the client certificate", problems) is not { } bytes)
        {
            return null;
        }

        try
        {
            var text = Encoding.UTF8.GetString(bytes);
            var identity = text.Contains("-----BEGIN", StringComparison.Ordinal)
                ? OfPem(text, cert, key, password, folder)
                : OfPkcs12(bytes, password);
            _characters += identity is null ? 0 : identity.CertificatePem.Length + identity.KeyPem.Length;
            if (_characters <= PlanRules.MostIdentityCharacters)
            {
                return identity;
            }

            problems.Add(cert.Place, $"the client certificates and keys of the plan are more than {PlanRules.MostIdentityCharacters} characters of PEM, too many to send to workers", "name fewer, or use ECDSA keys, which are shorter");
        }
        catch (CryptographicException fault)
        {
            problems.Add(cert.Place, $"the client certificate {cert.Text} cannot be used: {fault.Message}", "name a PEM file with its key, or a PKCS #12 file with its password");
        }

        return null;
    }

    private ClientIdentity? OfPem(string text, Written cert, Written? key, string? password, string folder)
    {
        var keyText = key is null ? text : BoundedFile.Read(Path.Combine(folder, key.Text), key.Place, "the private key", problems);
        if (keyText is null)
        {
            return null;
        }

        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text);
        try
        {
            if (chain.Count == 0)
            {
                throw new CryptographicException("it holds no certificate");
            }

            var pkcs8 = PrivateKeys.ToPkcs8(keyText, password);
            PrivateKeys.RequireMatch(chain[0], pkcs8);
            return new ClientIdentity(chain.ExportCertificatePems(), PemEncoding.WriteString("PRIVATE KEY", pkcs8));
        }
        finally
        {
            foreach (var certificate in chain)
            {
                certificate.Dispose();
            }
        }
    }

    private static ClientIdentity OfPkcs12(byte[] bytes, string? password)
    {
        // The keys stay in memory: nothing of them is written to the user's store.
        var chain = X509CertificateLoader.LoadPkcs12Collection(bytes, password, X509KeyStorageFlags.EphemeralKeySet | X509KeyStorageFlags.Exportable);
        try
        {
            var leaf = chain.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("it holds no private key");
            var others = new X509Certificate2Collection(chain.Where(certificate => certificate != leaf).ToArray());
            return new ClientIdentity(
                leaf.ExportCertificatePem() + "\n" + others.ExportCertificatePems(),
                PemEncoding.WriteString("PRIVATE KEY", PrivateKeys.ToPkcs8(leaf)));
        }
        finally
        {
            foreach (var certificate in chain)
            {
                certificate.Dispose();
            }
        }
    }
}
