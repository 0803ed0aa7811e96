using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;

namespace LoadGen.Core.Tests.Plans;

/// <summary>Hundreds of client certificates and long lists of authorities have room in a plan, and travel in one message.</summary>
public sealed class PlanRoomTests : IDisposable
{
    // The frame of the messages between nodes.
    private const int MostBytes = 16 * 1024 * 1024;

    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly X509Certificate2 Issuer = MakeIssuer();
    private static readonly ConcurrentDictionary<int, ClientIdentity> Made = new();
    private static readonly string[] Authority = [.. Enumerable.Range(0, 1700).Select(MakeAuthority)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-room-");
    private readonly PlanReader _reader = new(new Dictionary<string, EngineCapabilities> { ["bouncycastle"] = Everything });

    private static EngineCapabilities Everything { get; } = new()
    {
        Rank = 0,
        TlsVersions = Enum.GetValues<TlsVersion>().ToHashSet(),
        CipherSuites = new HashSet<string>(),
        Groups = new HashSet<string>(),
        SignatureSchemes = new HashSet<string>(),
        Features = Enum.GetValues<EngineFeature>().ToHashSet(),
        Phases = Enum.GetValues<Phase>().ToHashSet(),
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_has_many_certificates_each_with_its_intermediate_and_its_key(bool keysFirst)
    {
        var made = Enumerable.Range(0, 5).Select(Identity).ToList();
        var file = Write(string.Join('\n', made.Select(each => keysFirst ? $"{each.KeyPem}\n{each.CertificatePem}" : $"{each.CertificatePem}\n{each.KeyPem}")));

        Assert.Equal(made, Identities($"[ {{ cert: {file} }} ]"));
        Assert.Equal(made, Identities(file));
        Assert.Equal(made, Assert.IsType<PlanReading.Valid>(_reader.Read(Text(null), null, PlanFlags.None.With("--cert", file))).Plan.Profiles[0].Identities);
    }

    [Fact]
    public void A_key_with_the_wrong_certificate_in_a_file_of_many_is_refused()
    {
        var (one, two) = (Identity(1), Identity(2));

        Assert.Contains("belongs to another certificate", Problem(Write($"{one.CertificatePem}\n{two.KeyPem}\n{two.CertificatePem}\n{one.KeyPem}")), StringComparison.Ordinal);
        Assert.Contains("key 2 of 2 has no certificate", Problem(Write($"{one.CertificatePem}\n{one.KeyPem}\n{two.KeyPem}")), StringComparison.Ordinal);
        Assert.Contains("have no key after them", Problem(Write($"{one.CertificatePem}\n{one.KeyPem}\n{two.CertificatePem}\n{two.KeyPem}\n{one.CertificatePem}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Five_hundred_certificates_and_the_authorities_of_fifty_targets_travel_in_one_message_each_text_once()
    {
        var plan = Plan(Enumerable.Range(0, 500).Select(Identity), Authorities(400 * 1024), targets: 50);

        var document = PlanDocument.Encode(plan);

        Assert.InRange(document.Length, 1, MostBytes / 8);
        // The issuer is an authority too.
        Assert.Equal(500 + Blocks(Authorities(400 * 1024)) + 500, JsonNode.Parse(document)!["pem"]!.AsArray().Count);
        var read = Assert.IsType<PlanReading.Valid>(PlanDocument.Decode(document, engines: null)).Plan;
        Assert.Equal(plan.Profiles[0].Identities, read.Profiles[0].Identities);
        Assert.All(read.Targets, target => Assert.Equal(plan.Targets[0].Trust, target.Trust));
    }

    [Fact]
    public void The_most_that_a_plan_may_have_fits_into_a_message_and_more_is_refused_with_the_limit()
    {
        var identity = Identity(0);
        var length = identity.CertificatePem.Length + identity.KeyPem.Length;
        var fits = PlanDocument.Encode(Plan(Enumerable.Range(0, 4 * 1024 * 1024 / length).Select(Identity), Authorities(1000 * 1024), targets: 100));

        Assert.InRange(fits.Length, 1, MostBytes / 2);
        Assert.Contains("more than 1048576 characters", Problem(Plan([], Authorities(1100 * 1024), targets: 1)), StringComparison.Ordinal);
        Assert.Contains("more than 4194304 characters", Problem(Plan(Enumerable.Range(0, (4 * 1024 * 1024 / length) + 100).Select(Identity), Authorities(0), targets: 1)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pem:99999")]
    [InlineData("pem:-1")]
    [InlineData("pem:0 ca.pem")]
    [InlineData("pem:")]
    public void A_number_that_is_not_in_the_table_is_refused_by_its_place(string numbers)
    {
        var document = JsonNode.Parse(PlanDocument.Encode(Plan([], Authorities(0), targets: 1)))!;
        document["targets"]![0]!["trust"]!["ca"] = numbers;

        var problems = Assert.IsType<PlanReading.Invalid>(PlanDocument.Decode(Encoding.UTF8.GetBytes(document.ToJsonString()), engines: null)).Problems;

        Assert.Contains(problems, problem => problem.Place == "targets[0].trust.ca");
    }

    [Fact]
    public void Numbers_that_stand_for_more_than_any_plan_has_are_refused()
    {
        var document = JsonNode.Parse(PlanDocument.Encode(Plan([], Authorities(1000 * 1024), targets: 1)))!;
        var all = document["targets"]![0]!["trust"]!["ca"]!.GetValue<string>();
        document["targets"]![0]!["trust"]!["ca"] = string.Join(' ', Enumerable.Repeat(all, 50));

        Assert.IsType<PlanReading.Invalid>(PlanDocument.Decode(Encoding.UTF8.GetBytes(document.ToJsonString()), engines: null));
    }

    private static Plan Plan(IEnumerable<ClientIdentity> identities, string authorities, int targets) => new()
    {
        Name = "room",
        Targets = [.. Enumerable.Range(0, targets).Select(i => new Target { Name = $"t{i}", Host = "127.0.0.1", Port = 443, ServerName = "localhost", Trust = new Trust.Authorities(authorities) })],
        Profiles = [new Profile { Name = "p", Identities = [.. identities] }],
        Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))),
    };

    private static X509Certificate2 MakeIssuer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Issuer", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(From, From.AddDays(30));
    }

    // Making thousands of keys takes seconds: the tests share them.
    private static ClientIdentity Identity(int number) => Made.GetOrAdd(number, MakeIdentity);

    private static ClientIdentity MakeIdentity(int number)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN=device-{number}", key, HashAlgorithmName.SHA256).Create(Issuer, From, From.AddDays(20), RandomNumberGenerator.GetBytes(8));
        return new ClientIdentity($"{certificate.ExportCertificatePem()}\n{Issuer.ExportCertificatePem()}", key.ExportPkcs8PrivateKeyPem());
    }

    private static string MakeAuthority(int number)
    {
        var request = new CertificateRequest($"CN=Authority {number}, O={new string('x', 60)}", Issuer.GetECDsaPrivateKey()!, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(From, From.AddDays(30));
        return certificate.ExportCertificatePem();
    }

    // At least so many characters of different authorities.
    private static string Authorities(int characters)
        => string.Join('\n', [Issuer.ExportCertificatePem(), .. Authority.Take((characters + Authority[0].Length - 1) / Authority[0].Length)]);

    private static int Blocks(string pem) => pem.Split("-----END ").Length - 1;

    private static string Text(string? identities) => $$"""
        targets: [ { name: t, address: 127.0.0.1, trust: insecure } ]
        profiles: [ { name: p, {{(identities is null ? "" : $"clientCertificates: {identities}")}} } ]
        load: [ hold: { rate: 1/s, for: 1s } ]
        """;

    private static string Problem(Plan plan) => Assert.IsType<PlanReading.Invalid>(PlanDocument.Decode(PlanDocument.Encode(plan), engines: null)).Problems[0].Message;

    private string Problem(string file) => Assert.Single(Assert.IsType<PlanReading.Invalid>(_reader.Read(Text(file), null, PlanFlags.None)).Problems).Message;

    private IReadOnlyList<ClientIdentity> Identities(string value)
        => Assert.IsType<PlanReading.Valid>(_reader.Read(Text(value), null, PlanFlags.None)).Plan.Profiles[0].Identities;

    private string Write(string text)
    {
        var path = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        File.WriteAllText(path, text);
        return path;
    }
}
