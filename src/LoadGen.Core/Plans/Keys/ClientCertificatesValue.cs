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

        byte[]? key = null;
        if (files.Key is not null && (key = PlanFile.ReadBytes(files.Key, "the private key", context)) is null)
        {
            return null;
        }

        try
        {
            var identity = IsPkcs12(bytes) ? OfPkcs12(bytes, files.Password?.Text) : OfCertificates(bytes, key ?? bytes, files.Password?.Text);
            if (context.Identities.TryAdd(identity.CertificatePem + identity.KeyPem))
            {
                return identity;
            }

            context.Problems.Add(
                place,
                $"the client certificates and keys of the plan are more than {context.Identities.Most} characters of PEM, too many to send to workers",
                "name fewer, or use ECDSA keys, which are shorter");
        }
        catch (KeyPasswordException fault)
        {
            context.Problems.Add(
                files.Password?.Place ?? place,
                $"{PlanFile.Name("the client certificate", cert)} cannot be used: {fault.Message}",
                $"give the password: \"password\" in the plan, or {Cert.Name} FILE:PASSWORD");
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            context.Problems.Add(
                place, $"{PlanFile.Name("the client certificate", cert)} cannot be used: {fault.Message}", "name a PEM file with its key, or a PKCS #12 file with its password");
        }

        return null;
    }

    private static bool IsPkcs12(byte[] bytes)
        => !PrivateKeys.IsPem(Encoding.UTF8.GetString(bytes)) && X509Certificate2.GetCertContentType(bytes) == X509ContentType.Pfx;

    // In PEM, or one certificate in DER.
    private static ClientIdentity OfCertificates(byte[] bytes, byte[] key, string? password)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            if (Encoding.UTF8.GetString(bytes) is var text && PrivateKeys.IsPem(text))
            {
                chain.ImportFromPem(text);
            }
            else
            {
                chain.Add(X509CertificateLoader.LoadCertificate(bytes));
            }

            if (chain.Count == 0)
            {
                throw new CryptographicException("it holds no certificate");
            }

            var pkcs8 = PrivateKeys.ToPkcs8(key, password);
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
        var (pkcs8, chain) = PrivateKeys.OfPkcs12(bytes, password);
        return new ClientIdentity(string.Join('\n', chain.Select(der => PemEncoding.WriteString("CERTIFICATE", der))), PemEncoding.WriteString("PRIVATE KEY", pkcs8));
    }

    private sealed record Files(Written? Cert, Written? Key, Written? Password);
}
