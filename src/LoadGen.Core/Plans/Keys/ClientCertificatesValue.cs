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
    public static readonly PlanFlag Cert = new("--cert", "FILE[:PASSWORD]", "Client certificates, PEM, DER or PKCS #12; several, of one PEM file or more, are sent in turn.", FlagGroup.Handshake)
    {
        Example = "client.pem",
        HasSecret = true,
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
                Help = "PEM, DER or PKCS #12 file, from the plan's folder, or the PEM text itself. A PEM file may have many certificates, each with its intermediates and then its key.",
                Example = "client.pem",
                IsRequired = true,
            },
            new PlanKey<Files, Written?>("key", new FileValue())
            {
                Get = files => files.Key,
                Set = (files, file) => files with { Key = file },
                Help = "PEM or DER file of the private key, if it is in another file.",
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
        // The name of a file alone is that of one with certificates and their keys.
        var entries = node is PlanNode.Scalar { IsMissing: false } file
            ? [PlanNode.MappingOf(file.Place, ("cert", new Written(file.Text, file.Place)))]
            : context.EntriesOf(node, "clientCertificates");
        foreach (var (index, entry) in entries.Index())
        {
            if (Section.Read(entry, $"{path}[{index}]", context) is { } files)
            {
                identities.AddRange(Read(files, entry.Place, context));
            }
        }

        value = identities;
        return context.Problems.Count == before;
    }

    public override JsonNode? Write(IReadOnlyList<ClientIdentity> value) => value.Count == 0 ? null : new JsonArray([.. value
        .Select(identity => new JsonObject { ["cert"] = identity.CertificatePem, ["key"] = identity.KeyPem })]);

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "array", ["items"] = Section.Schema(), ["minItems"] = 1 }),
    };

    public override void Describe(string section, ICollection<PlanReferenceEntry> reference) => Section.Describe($"{section}[]", reference);

    private static IReadOnlyList<ClientIdentity> Read(Files files, Place place, PlanContext context)
    {
        var cert = files.Cert!;
        if (PlanFile.ReadBytes(cert, "the client certificate", context) is not { } bytes)
        {
            return [];
        }

        byte[]? key = null;
        if (files.Key is not null && (key = PlanFile.ReadBytes(files.Key, "the private key", context)) is null)
        {
            return [];
        }

        try
        {
            var identities = IdentitiesOf(bytes, key, files.Password?.Text);
            if (identities.All(identity => context.Identities.TryAdd(identity.CertificatePem + identity.KeyPem)))
            {
                return identities;
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

        return [];
    }

    private static IReadOnlyList<ClientIdentity> IdentitiesOf(byte[] bytes, byte[]? key, string? password)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (!PrivateKeys.IsPem(text))
        {
            return [X509Certificate2.GetCertContentType(bytes) == X509ContentType.Pfx
                ? IdentityOf(PrivateKeys.OfPkcs12(bytes, password))
                : IdentityOf((PrivateKeys.ToPkcs8(key ?? throw new CryptographicException("there is no private key with it"), password), [bytes]))];
        }

        return key is null
            ? [.. PemIdentities.Read(text, password).Select(identity => IdentityOf((identity.Pkcs8, identity.Certificates)))]
            : [IdentityOf((PrivateKeys.ToPkcs8(key, password), [.. PrivateKeys.CertificatesOf(text)]))];
    }

    private static ClientIdentity IdentityOf((byte[] Pkcs8, IReadOnlyList<byte[]> Chain) identity)
    {
        if (identity.Chain.Count == 0)
        {
            throw new CryptographicException("it holds no certificate");
        }

        foreach (var (index, der) in identity.Chain.Index())
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            if (index == 0)
            {
                PrivateKeys.RequireMatch(certificate, identity.Pkcs8);
            }
        }

        return new ClientIdentity(
            string.Join('\n', identity.Chain.Select(der => PemEncoding.WriteString("CERTIFICATE", der))), PemEncoding.WriteString("PRIVATE KEY", identity.Pkcs8));
    }

    private sealed record Files(Written? Cert, Written? Key, Written? Password);
}
