using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans.Keys;

/// <summary>The keys of a target.</summary>
internal static class TargetKeys
{
    private const string NoSni = "none";

    private static readonly PlanFlag CaCert = new("--cacert", "FILE", "PEM file of the authorities to trust.", FlagGroup.Target) { Example = "ca.pem" };

    private static readonly PlanFlag Insecure = new("--insecure", null, "Accept any certificate.", FlagGroup.Target) { Aliases = ["-k"], Example = "" };

    public static Section<Target> Section { get; } = new(
        "a target",
        new Target { Name = "", Host = "", Port = 443, ServerName = "" },
        [
            new PlanKey<Target, string>("name", Label("a target's name"))
            {
                Get = target => target.Name,
                Set = (target, name) => target with { Name = name },
                Help = "The name in metrics and reports; unique in the plan.",
                Example = "gateway",
                IsRequired = true,
            },
            new PlanKey<Target, TargetAddress>("address", new AddressValue())
            {
                Get = target => new TargetAddress(target.Host, target.Port, target.SocketPath),
                Set = (target, address) => target with { Host = address.Host, Port = address.Port, SocketPath = address.SocketPath },
                Help = "Host name or IP address, and port; 443 if there is no port. An IPv6 address is in brackets. `unix:/path` for a Unix domain socket.",
                Example = "gateway.internal:8443",
                IsRequired = true,
            },
            new PlanKey<Target, IReadOnlyList<string>>("serverName", new ServerNamesValue())
            {
                Get = target => target.ServerName.Length == 0 ? [] : [.. target.ServerNames],
                Set = (target, names) => target with { ServerName = ServerNameOf(names[0]), FurtherServerNames = [.. names.Skip(1).Select(ServerNameOf)] },
                Help = "The name to ask for (SNI, RFC 6066) and to find in the certificate. Several are taken in turn; `@FILE` for those in a file, one a line.",
                Example = "www.example.com",
                Default = "the host",
                Flags =
                [
                    new PlanFlag("--servername", "NAME", "Name to ask for (SNI) and to find in the certificate; several, or @FILE, are taken in turn.", FlagGroup.Target)
                    {
                        Example = "www.example.com",
                        Separators = ",",
                        Default = "the host",
                    },
                ],
            },
            new PlanKey<Target, string?>("sni", new SniValue())
            {
                Get = target => target.Sni,
                Set = (target, name) => target with { Sni = name },
                Help = "The name to ask for (SNI) if it is not the one to find in the certificate, or `none` to ask for none.",
                Example = "canary.example.com",
                Default = "the server name",
                Flags = [One("--sni", "NAME", "Name to ask for (SNI) instead of the server name; none for no SNI.", "canary.example.com") with { Default = "the server name" }],
            },
            new PlanKey<Target, HttpProxy?>("proxy", new HttpProxyValue())
            {
                Get = target => target.Proxy,
                Set = (target, proxy) => target with { Proxy = proxy },
                Help = "HTTP proxy that opens a tunnel with CONNECT (RFC 9110 section 9.3.6), with credentials as `http://user:password@host:port`.",
                Example = "proxy.internal:3128",
                Flags = [One("--proxy", "HOST:PORT", "HTTP proxy to tunnel through (CONNECT), or http://user:password@host:port.", "proxy.internal:3128") with { HasSecret = true }],
            },
            new PlanKey<Target, ProxyProtocol?>("proxyProtocol", new OptionalValue<ProxyProtocol>(new ChoiceValue<ProxyProtocol>("a version of the PROXY protocol")))
            {
                Get = target => target.ProxyProtocol,
                Set = (target, version) => target with { ProxyProtocol = version },
                Help = "Begin each connection with a header of the PROXY protocol: `v1` or `v2`.",
                Example = "v2",
                Flags = [One("--proxy-protocol", "VERSION", "Begin each connection with a PROXY protocol header.", "v2") with { Choices = EnumNames.All<ProxyProtocol>() }],
            },
            new PlanKey<Target, IPNetwork?>("proxyClients", new NetworkValue())
            {
                Get = target => target.ProxyClients,
                Set = (target, network) => target with { ProxyClients = network, ProxyProtocol = target.ProxyProtocol ?? ProxyProtocol.V2 },
                Help = "Made-up client addresses for that header, `v2` if nothing else is said: each connection has the next of the block.",
                Example = "10.1.0.0/16",
                Default = "the connection's own",
                Flags = [One("--proxy-clients", "CIDR", "Made-up client addresses for the PROXY protocol header.", "10.1.0.0/16") with { Default = "the connection's own" }],
            },
            new PlanKey<Target, StartTlsProtocol?>("starttls", new OptionalValue<StartTlsProtocol>(new ChoiceValue<StartTlsProtocol>("a protocol before TLS")))
            {
                Get = target => target.StartTls,
                Set = (target, protocol) => target with { StartTls = protocol },
                Help = $"The protocol spoken before TLS: {string.Join(", ", EnumNames.All<StartTlsProtocol>())}.",
                Example = "smtp",
                Flags =
                [
                    new PlanFlag("--starttls", "PROTOCOL", $"Protocol before TLS: {string.Join(", ", EnumNames.All<StartTlsProtocol>())}.", FlagGroup.Target)
                    {
                        Example = "smtp",
                        Choices = EnumNames.All<StartTlsProtocol>(),
                    },
                ],
            },
            new PlanKey<Target, Trust>("trust", new TrustValue())
            {
                Get = target => target.Trust,
                Set = (target, trust) => target with { Trust = trust },
                Help = "Whose certificates are accepted: `system` for the operating system's store, `insecure` for any, or `{ ca: FILE }` for the authorities in a PEM file.",
                Example = "{ ca: ca.pem }",
                Flags = [CaCert, Insecure],
                OfFlags = TrustOf,
            },
        ]);

    /// <summary>A name as certificates and SNI have it: without the dot at the end that keeps a resolver from trying search domains (RFC 6066 section 3).</summary>
    public static string ServerNameOf(string host) => host.TrimEnd('.');

    public static PlanValue<string> Label(string what) => new TextValue(what, PlanRules.IsLabel, PlanRules.LabelRemedy);

    private static PlanNode? TrustOf(PlanFlags flags, PlanContext context)
    {
        if (!flags.Has(CaCert))
        {
            return flags.Has(Insecure) ? PlanNode.Of(new Written("insecure", Place.OfFlag(Insecure.Name))) : null;
        }

        if (flags.Has(Insecure))
        {
            context.Problems.Add(Place.OfFlag(Insecure.Name), $"excludes {CaCert.Name}", "give one of the two");
        }

        var file = CaCert.ValueIn(flags)!;
        return PlanNode.MappingOf(file.Place, ("ca", file));
    }

    private static PlanFlag One(string name, string value, string help, string example) => new(name, value, help, FlagGroup.Target) { Example = example };

    /// <summary>A name, or the word <c>none</c>, which is kept as the empty text.</summary>
    private sealed class SniValue : ScalarValue<string?>
    {
        public override JsonNode? Write(string? value) => value is "" ? NoSni : value;

        protected override bool TryRead(Written written, PlanContext context, out string? value)
        {
            value = written.Text == NoSni ? "" : ServerNameOf(written.Text);
            return written.Text == NoSni || HostText.IsName(written.Text)
                || Refuse(written, "is not a name for SNI", "write a host name, such as www.example.com, or none (RFC 6066 section 3 has no IP addresses)", context);
        }
    }

    private sealed class TrustValue : PlanValue<Trust>
    {
        private const string Remedy = "name a PEM file with at least one BEGIN CERTIFICATE";

        private static readonly Section<AuthorityFile> File = new(
            "trust",
            new AuthorityFile(null),
            [
                new PlanKey<AuthorityFile, Written?>("ca", new FileValue())
                {
                    Get = file => file.Ca,
                    Set = (_, ca) => new AuthorityFile(ca),
                    Help = "PEM file of the authorities to trust, from the plan's folder, or the PEM text itself.",
                    Example = "ca.pem",
                    IsRequired = true,
                },
            ]);

        public override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out Trust value)
        {
            value = null;
            switch (node)
            {
                case PlanNode.Mapping:
                    return File.Read(node, path, context) is { } file && TryRead(file.Ca!, context, out value);
                case PlanNode.Scalar { Text: "system" }:
                    value = Trust.System;
                    return true;
                case PlanNode.Scalar { Text: "insecure" }:
                    value = Trust.Insecure;
                    return true;
                default:
                    context.Problems.Add(node.Place, $"trust is {node.Kind}", "write system, insecure or { ca: ca.pem }");
                    return false;
            }
        }

        public override JsonNode Write(Trust value) => value switch
        {
            Trust.Authorities authorities => new JsonObject { ["ca"] = authorities.Pem },
            Trust.Anything => "insecure",
            _ => "system",
        };

        public override JsonObject Schema() => new()
        {
            ["anyOf"] = new JsonArray(new JsonObject { ["enum"] = new JsonArray("system", "insecure") }, File.Schema()),
        };

        public override void Describe(string section, ICollection<PlanReferenceEntry> reference) => File.Describe(section, reference);

        private static bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out Trust trust)
        {
            trust = null;
            if (PlanFile.ReadText(written, "the CA file", context) is not { } text)
            {
                return false;
            }

            // Written anew, so that a private key that shares the file does not travel with the plan.
            var certificates = new X509Certificate2Collection();
            try
            {
                certificates.ImportFromPem(text);
                var pem = certificates.ExportCertificatePems();
                if (certificates.Count == 0)
                {
                    context.Problems.Add(written.Place, $"{PlanFile.Name("the CA file", written)} holds no certificate", Remedy);
                }
                else if (!context.Authorities.TryAdd(pem))
                {
                    context.Problems.Add(
                        written.Place,
                        $"the CA certificates of the plan are more than {context.Authorities.Most} characters of PEM, too many to send to workers",
                        "name files with only the authorities that sign the targets' certificates");
                    return false;
                }

                trust = new Trust.Authorities(pem);
                return true;
            }
            catch (CryptographicException fault)
            {
                context.Problems.Add(written.Place, $"{PlanFile.Name("the CA file", written)} holds a broken certificate: {fault.Message}", "name a PEM file of certificates");
                return false;
            }
            finally
            {
                foreach (var certificate in certificates)
                {
                    certificate.Dispose();
                }
            }
        }

        private sealed record AuthorityFile(Written? Ca);
    }
}
