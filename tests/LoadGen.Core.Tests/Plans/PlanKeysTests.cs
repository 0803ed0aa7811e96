using System.Collections.Frozen;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using NJsonSchema;

namespace LoadGen.Core.Tests.Plans;

/// <summary>Walks every key of a plan: each is read, travels, has its flag, asks its engine, and is told to users.</summary>
public sealed class PlanKeysTests : IDisposable
{
    // Flags that stand for a whole section, or need a file.
    private static readonly string[] FlagsOfSections = ["--target", "--cacert", "--insecure", "--cert", "--key"];

    private static readonly EngineCapabilities Everything = new()
    {
        Rank = 0,
        TlsVersions = Enum.GetValues<TlsVersion>().ToFrozenSet(),
        CipherSuites = FrozenSet.ToFrozenSet(["TLS_AES_128_GCM_SHA256"]),
        Groups = FrozenSet.ToFrozenSet(["x25519", "X25519MLKEM768"]),
        SignatureSchemes = FrozenSet.ToFrozenSet(["ecdsa_secp256r1_sha256"]),
        Features = Enum.GetValues<EngineFeature>().ToFrozenSet(),
        Phases = Enum.GetValues<Phase>().ToFrozenSet(),
    };

    private static readonly EngineCapabilities Little = new()
    {
        Rank = 1,
        TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls12]),
        CipherSuites = FrozenSet<string>.Empty,
        Groups = FrozenSet<string>.Empty,
        SignatureSchemes = FrozenSet<string>.Empty,
        Features = FrozenSet<EngineFeature>.Empty,
        Phases = FrozenSet<Phase>.Empty,
    };

    private static readonly string[] WhatAnyEngineCanDo =
    [
        "profiles[].name", "profiles[].weight", "profiles[].engine", "profiles[].alpn", "targets[].name", "targets[].address", "targets[].serverName", "targets[].sni", "targets[].trust", "targets[].trust.ca",
        "targets[].proxy", "targets[].proxyProtocol", "targets[].proxyClients", "targets[].starttls",
    ];

    private static readonly Dictionary<string, EngineCapabilities> Engines = new() { ["bouncycastle"] = Everything, ["sslstream"] = Everything, ["bare"] = Little };

    internal static IReadOnlyDictionary<string, EngineCapabilities> EnginesOfTests => Engines;

    private readonly string _folder = Directory.CreateTempSubdirectory("loadgen-keys-").FullName;
    private readonly string _plan;

    public PlanKeysTests()
    {
        _plan = Path.Combine(_folder, "plan.yaml");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=keys", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_folder, "ca.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "client.pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "client.key"), key.ExportPkcs8PrivateKeyPem());
    }

    public static TheoryData<string> Keys => [.. PlanReference.Entries.Where(entry => !entry.IsFlagOnly).Select(entry => entry.Path)];

    public static TheoryData<string> Flags => [.. PlanReference.Flags.Select(flag => flag.Name)];

    public static TheoryData<Type> Sections => [typeof(Plan), typeof(Target), typeof(Profile), typeof(Limits)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Keys))]
    public void Its_example_is_read_and_comes_back_from_the_document_as_it_was(string path)
    {
        var entry = EntryOf(path);

        var plan = Valid(TextWith(entry));

        var decoded = Assert.IsType<PlanReading.Valid>(PlanDocument.Decode(PlanDocument.Encode(plan), Engines)).Plan;
        Assert.Equivalent(WithoutAddresses(plan), WithoutAddresses(decoded), strict: true);
        Assert.Equal(AddressesOf(plan), AddressesOf(decoded));
        Assert.Equal(Encoding.UTF8.GetString(PlanDocument.Encode(plan)), Encoding.UTF8.GetString(PlanDocument.Encode(decoded)));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_value_of_the_wrong_kind_is_one_problem_at_its_line(string path)
    {
        var entry = EntryOf(path);

        var problems = Invalid(TextWith(entry with { Example = "{ surprise: [ [ 1 ] ] }" }));

        Assert.All(problems, problem => Assert.StartsWith(_plan, problem.Place, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.NotEmpty(problem.Remedy));
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public void Its_flag_says_the_same_as_the_plan(string name)
    {
        var flag = PlanReference.Flags.Single(each => each.Name == name);
        var entry = PlanReference.Entries.Single(each => each.Flags.Contains(flag));
        var bare = TextWith(PlanReference.Entries.FirstOrDefault(each => each.Section == entry.Section && each.Default == "required"));

        var with = Valid(bare, FlagsWith(flag));

        Assert.NotEqual(Document(Valid(bare)), Document(with));
        if (!entry.IsFlagOnly && !FlagsOfSections.Contains(name))
        {
            // A flag's example and the key's may say one thing differently: 300 and 300/s, a,b and [a, b].
            var example = flag.Value is null ? "true" : flag.Separators.Length > 0 ? $"[ {string.Join(", ", flag.Example.Split(',').Select(Quote))} ]" : Quote(flag.Example);
            Assert.Equal(Document(Valid(TextWith(entry with { Example = example }))), Document(with));
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void What_only_some_engines_can_do_is_refused_for_the_others(string path)
    {
        var text = TextWith(EntryOf(path)).Replace("engine: bouncycastle", "engine: bare", StringComparison.Ordinal);
        var refusals = Read(text) is PlanReading.Invalid invalid
            ? invalid.Problems.Where(problem => problem.Message.StartsWith("engine bare cannot", StringComparison.Ordinal)).ToList()
            : [];

        var isOfAny = (!path.Contains("[].", StringComparison.Ordinal) && path != "crypto") || path.StartsWith("load", StringComparison.Ordinal) || WhatAnyEngineCanDo.Contains(path);
        Assert.Equal(isOfAny, refusals.Count == 0);
        Assert.All(refusals, refusal => Assert.Contains("use engine bouncycastle or sslstream", refusal.Remedy, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void No_property_of_a_plan_is_without_a_key(Type section)
    {
        var properties = section.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).ToList();
        Assert.NotEmpty(properties);
        var plain = Parts(Valid(TextWith(null)), section);
        var changed = PlanReference.Entries.Where(entry => !entry.IsFlagOnly)
            .SelectMany(entry => Parts(Valid(TextWith(entry)), section))
            .SelectMany(part => properties.Where(property => plain.All(other => !Same(property.GetValue(part), property.GetValue(other)))))
            .ToHashSet();

        // A second server name needs a list, and a socket another address, which no single example is.
        string[] others = [nameof(Target.FurtherServerNames), nameof(Target.SocketPath)];
        Assert.Equal(
            properties.Select(property => property.Name).Except(others).Order(StringComparer.Ordinal),
            changed.Select(property => property.Name).Except(others).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_key_belongs_to_the_certificate_before_it()
    {
        var (both, bare, key) = (Path.Combine(_folder, "client.pem"), Path.Combine(_folder, "ca.pem"), Path.Combine(_folder, "client.key"));
        var text = TextWith(null);

        Assert.Equal(2, Valid(text, PlanFlags.None.With("--cert", both).With("--cert", bare).With("--key", key)).Profiles[0].Identities.Count);
        Assert.Equal(2, Valid(text, PlanFlags.None.With("--cert", bare).With("--key", key).With("--cert", both)).Profiles[0].Identities.Count);
        Assert.Single(Valid(text, PlanFlags.None.With("--key", key).With("--cert", bare)).Profiles[0].Identities);
        Assert.Contains("more keys", Assert.Single(Invalid(text, PlanFlags.None.With("--cert", bare).With("--key", key, key))).Message, StringComparison.Ordinal);
        Assert.Contains("without a certificate", Assert.Single(Invalid(text, PlanFlags.None.With("--key", key))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_has_every_key()
    {
        var schema = JsonNode.Parse(PlanDocument.Schema())!;

        Assert.All(PlanReference.Entries.Where(entry => !entry.IsFlagOnly), entry => Assert.Contains(
            PropertiesOf(schema), property => property.Name == entry.Key && property.Description == entry.Help));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task The_schema_takes_what_the_reader_takes(string path)
    {
        var schema = await JsonSchema.FromJsonAsync(PlanDocument.Schema(), TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(Document(Valid(TextWith(EntryOf(path))))));
    }

    [Fact]
    public async Task The_schema_takes_a_version_that_is_not_in_quotes()
    {
        var schema = await JsonSchema.FromJsonAsync(PlanDocument.Schema(), TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate("{ \"profiles\": [ { \"name\": \"p\", \"tls\": [1.2, 1.3] }, { \"name\": \"q\", \"tls\": 1.0 } ] }"));
        Assert.Equal([TlsVersion.Tls13], Valid(TextWith(EntryOf("profiles[].tls") with { Example = "[1.3]" })).Profiles[0].TlsVersions);
    }

    [Theory]
    [InlineData("{ \"targets\": [ { \"name\": \"t\" } ] }")]
    [InlineData("{ \"targets\": [] }")]
    [InlineData("{ \"surprise\": 1 }")]
    [InlineData("{ \"close\": \"politely\" }")]
    [InlineData("{ \"profiles\": [ { \"name\": \"p\", \"weight\": 0 } ] }")]
    [InlineData("{ \"load\": [ { \"hold\": { \"rate\": \"1/s\" } } ] }")]
    public async Task The_schema_refuses_what_the_reader_refuses(string plan)
    {
        var schema = await JsonSchema.FromJsonAsync(PlanDocument.Schema(), TestContext.Current.CancellationToken);

        Assert.NotEmpty(schema.Validate(plan));
        Assert.IsType<PlanReading.Invalid>(PlanDocument.Decode(Encoding.UTF8.GetBytes(plan), Engines));
    }

    [Fact]
    public void The_reference_in_the_README_is_the_programs()
    {
        var readme = File.ReadAllText(Path.Combine(RepositoryRoot(), "README.md"));
        var (start, end) = ("<!-- keys -->\n", "<!-- end of keys -->");
        var from = readme.IndexOf(start, StringComparison.Ordinal) + start.Length;

        Assert.True(
            readme[from..readme.IndexOf(end, StringComparison.Ordinal)] == PlanReference.Markdown() + "\n",
            "the tables of keys in README.md are not those of `loadgen check --keys`; put its output between the two comments");
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "LoadGen.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return folder;
    }

    private static IEnumerable<(string Name, string? Description)> PropertiesOf(JsonNode? node) => node switch
    {
        JsonObject json => (json["properties"] as JsonObject ?? []).Select(property => (property.Key, (string?)property.Value!["description"])).Concat(json.SelectMany(member => PropertiesOf(member.Value))),
        JsonArray list => list.SelectMany(PropertiesOf),
        _ => [],
    };

    private static IReadOnlyList<object> Parts(Plan plan, Type section)
        => section == typeof(Target) ? [.. plan.Targets] : section == typeof(Profile) ? [.. plan.Profiles] : section == typeof(Limits) ? [plan.Limits] : [plan];

    // What xunit reads of an IPv4 address to compare it throws.
    private static Plan WithoutAddresses(Plan plan) => plan with { Resolve = [], Sources = [], Targets = [.. plan.Targets.Select(target => target with { ProxyClients = null })] };

    private static IEnumerable<string?> AddressesOf(Plan plan) => [AddressText(plan.Resolve), AddressText(plan.Sources), .. plan.Targets.Select(target => AddressText(target.ProxyClients))];

    private static string? AddressText(object? value) => value switch
    {
        IEnumerable<IPAddress> addresses => string.Join(' ', addresses),
        IEnumerable<ResolveRule> rules => string.Join(' ', rules.Select(rule => $"{rule.Host}:{rule.Port}:{string.Join(',', rule.Addresses)}")),
        IPNetwork network => network.ToString(),
        _ => null,
    };

    private static bool Same(object? a, object? b)
    {
        if (AddressText(a) is not null || AddressText(b) is not null)
        {
            return AddressText(a) == AddressText(b);
        }

        try
        {
            Assert.Equivalent(a, b, strict: true);
            return true;
        }
        catch (Xunit.Sdk.EquivalentException)
        {
            return false;
        }
    }

    private static PlanReferenceEntry EntryOf(string path) => PlanReference.Entries.Single(entry => entry.Path == path && !entry.IsFlagOnly);

    // A plan with one key in its section, and what the section cannot be without.
    private static string TextWith(PlanReferenceEntry? entry)
    {
        var keys = new Dictionary<string, string> { ["engine"] = "bouncycastle", ["targets"] = "[ { name: t, address: \"www.internal:443\" } ]", ["profiles"] = "[ { name: p } ]" };
        if (entry is not null)
        {
            var (section, key, value) = (entry.Section, entry.Key, Quote(entry.Example));
            while (section.Length > 0)
            {
                var others = PlanReference.Entries.Where(each => each.Section == section && each.Default == "required" && each.Key != key)
                    .Select(each => $"{each.Key}: {Quote(each.Example)}")
                    .Concat(entry.Path == "load.connections" ? ["count: 5"] : []);
                value = $"{{ {string.Join(", ", others.Append($"{key}: {value}"))} }}";
                var last = section.LastIndexOf('.');
                (section, key) = (last < 0 ? "" : section[..last], section[(last + 1)..]);
                (key, value) = key.EndsWith("[]", StringComparison.Ordinal) ? (key[..^2], $"[ {value} ]") : (key, value);
            }

            keys[key] = value;
        }

        return string.Join('\n', keys.Select(pair => $"{pair.Key}: {pair.Value}"));
    }

    private static string Quote(string text) => text[0] is '"' or '{' or '[' ? text : $"\"{text}\"";

    private static string Document(Plan plan) => Encoding.UTF8.GetString(PlanDocument.Encode(plan));

    private PlanFlags FlagsWith(PlanFlag flag)
    {
        var value = Path.GetExtension(flag.Example) is ".pem" or ".key" ? Path.Combine(_folder, flag.Example) : flag.Example;
        string[] values = flag.Value is null ? [] : [value];
        var flags = PlanFlags.None.With(flag.Name, values);
        return flag.Name == "--key" ? flags.With("--cert", Path.Combine(_folder, "ca.pem")) : flags;
    }

    private PlanReading Read(string text, PlanFlags? flags = null) => new PlanReader(Engines).Read(text, _plan, flags ?? PlanFlags.None);

    private Plan Valid(string text, PlanFlags? flags = null)
    {
        var reading = Read(text, flags);
        Assert.True(reading is PlanReading.Valid, reading is PlanReading.Invalid invalid ? $"{text}\n{string.Join('\n', invalid.Problems)}" : "");
        return ((PlanReading.Valid)reading).Plan;
    }

    private IReadOnlyList<PlanProblem> Invalid(string text, PlanFlags? flags = null) => Assert.IsType<PlanReading.Invalid>(Read(text, flags)).Problems;
}
