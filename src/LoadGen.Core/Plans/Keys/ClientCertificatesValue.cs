using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>Client certificates and their keys, from PEM and PKCS #12 files. They become part of the plan, so that it can travel.</summary>
internal sealed class ClientCertificatesValue : PlanValue<IReadOnlyList<ClientIdentity>>
{
    public static readonly PlanFlag Cert = new("--cert", "FILE[:PASSWORD]", "Client certificate, PEM or PKCS #12; several are sent in turn.", FlagGroup.Handshake)
    {
        Example = "client.pem",
        IsRepeatable = true,
    };

    public static readonly PlanFlag Key = new("--key", "FILE", "Private key of the certificate before it, if it is in another file.", FlagGroup.Handshake) { Example = "client.key", IsRepeatable = true };

    private static readonly Section<Files> Section = new(
        "a client certificate",
        new Files(null, null, null),
        [
            new PlanKey<Files, Written?>("cert", new FileValue())
            {
                Get = files => files.Cert,
                Set = (files, file) => files with { Cert = file },
                Help = "PEM or PKCS #12 file, from the plan's folder, or the PEM text itself.",
                Example = "client.pem",
                IsRequired = true,
            },
            new PlanKey<Files, Written?>("key", new FileValue())
            {
                Get = files => files.Key,
                Set = (files, file) => files with { Key = file },
                Help = "PEM file of the private key, if it is in another file.",
                Example = "client.key",
            },
            new PlanKey<Files, Written?>("password", new FileValue())
            {
                Get = files => files.Password,
                Set = (files, password) => files with { Password = password },
                Help = "The password of the key.",
                Example = "secret",
            },
        ]);

    /// <summary>
    /// What <see cref="Cert"/> and <see cref="Key"/> say: a key belongs to the certificate before it, or to the only one. As in curl, a
    /// password may follow the file's name and a colon.
    /// </summary>
    public static PlanNode? OfFlags(PlanFlags flags, PlanContext context)
    {
        var entries = new List<(Written Cert, Written? Key)>();
        Written? first = null;
        foreach (var (name, value) in flags.Given.Where(each => each.Name == Cert.Name || each.Name == Key.Name))
        {
            var written = new Written(value!, Place.OfFlag(name));
            if (name == Cert.Name)
            {
                entries.Add((written, entries.Count == 0 ? first : null));
            }
            else if (entries.Count == 0 && first is null)
            {
                first = written;
            }
            else if (entries is [.., (var certificate, null)])
            {
                entries[^1] = (certificate, written);
            }
            else
            {
                context.Problems.Add(written.Place, "there are more keys than certificates", $"give one {Cert.Name} before each {Key.Name}");
            }
        }

        if (entries.Count == 0 && first is not null)
        {
            context.Problems.Add(first.Place, "there is a key without a certificate", $"give {Cert.Name} too");
        }

        return entries.Count == 0 ? null : new PlanNode.Sequence(Place.OfFlag(Cert.Name), [.. entries.Select(entry =>
        {
            var (certificate, key) = entry;
            var colon = File.Exists(certificate.Text) ? -1 : certificate.Text.LastIndexOf(':');
            return PlanNode.MappingOf(
                certificate.Place,
                ("cert", colon > 0 ? certificate with { Text = certificate.Text[..colon] } : certificate),
                ("key", key),
                ("password", colon > 0 ? certificate with { Text = certificate.Text[(colon + 1)..] } : null));
        })]);
    }

    public override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out IReadOnlyList<ClientIdentity> value)
    {
        var before = context.Problems.Count;
        var identities = new List<ClientIdentity>();
        foreach (var (index, entry) in context.EntriesOf(node, "clientCertificates").Index())
        {
            if (Section.Read(entry, $"{path}[{index}]", context) is { } files && Read(files, entry.Place, context) is { } identity)
            {
                identities.Add(identity);
            }
        }

        value = identities;
        return context.Problems.Count == before;
    }

    public override JsonNode? Write(IReadOnlyList<ClientIdentity> value) => value.Count == 0 ? null : new JsonArray([.. value
        .Select(identity => new JsonObject { ["cert"] = identity.CertificatePem, ["key"] = identity.KeyPem })]);

    public override JsonObject Schema() => new() { ["type"] = "array", ["items"] = Section.Schema(), ["minItems"] = 1 };

    public override void Describe(string section, ICollection<PlanReferenceEntry> reference) => Section.Describe($"{section}[]", reference);

    private static ClientIdentity? Read(Files files, Place place, PlanContext context)
    {
        var cert = files.Cert!;
        if (PlanFile.ReadBytes(cert, "the client certificate", context) is not { } bytes)
        {
            return null;
        }

        try
        {
            var text = Encoding.UTF8.GetString(bytes);
            var identity = text.Contains("-----BEGIN", StringComparison.Ordinal) ? OfPem(text, files, context) : OfPkcs12(bytes, files.Password?.Text);
            if (identity is null || context.Identities.TryAdd(identity.CertificatePem + identity.KeyPem))
            {
                return identity;
            }

            context.Problems.Add(
                place,
                $"the client certificates and keys of the plan are more than {context.Identities.Most} characters of PEM, too many to send to workers",
                "name fewer, or use ECDSA keys, which are shorter");
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            context.Problems.Add(
                place, $"{PlanFile.Name("the client certificate", cert)} cannot be used: {fault.Message}", "name a PEM file with its key, or a PKCS #12 file with its password");
        }

        return null;
    }

    private static ClientIdentity? OfPem(string text, Files files, PlanContext context)
    {
        var keyText = files.Key is null ? text : PlanFile.ReadText(files.Key, "the private key", context);
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

            var pkcs8 = PrivateKeys.ToPkcs8(keyText, files.Password?.Text);
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

    private sealed record Files(Written? Cert, Written? Key, Written? Password);
}
