using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Servers;
using LoadGen.Tls.Certificates;

namespace LoadGen.Tls.Tests.Certificates;

/// <summary>Client certificates and keys in every form that openssl writes.</summary>
public sealed class ClientKeyFormsTests(ClientKeyFormsTests.Folder folder) : IClassFixture<ClientKeyFormsTests.Folder>
{
    private const string Legacy = "-provider legacy -provider default";

    /// <summary>The kind of key, and how openssl writes it from KEY to OUT; encrypted with the password where it says so.</summary>
    public static TheoryData<string, string> Forms
    {
        get
        {
            var forms = new TheoryData<string, string>();
            foreach (var kind in Folder.Kinds.Keys)
            {
                forms.Add(kind, "pkey -in KEY -out OUT");
                forms.Add(kind, "pkey -in KEY -outform DER -out OUT");
                forms.Add(kind, "pkcs8 -topk8 -in KEY -out OUT -passout pass:secret");
                forms.Add(kind, "pkcs8 -topk8 -scrypt -in KEY -out OUT -passout pass:secret");
                forms.Add(kind, "pkcs8 -topk8 -in KEY -outform DER -out OUT -passout pass:secret");
                forms.Add(kind, "pkcs12 -export -inkey KEY -in CERT -out OUT -passout pass:secret");
                forms.Add(kind, "pkcs12 -export -legacy -inkey KEY -in CERT -out OUT -passout pass:secret");
            }

            foreach (var cipher in (string[])["aes128", "aes192", "aes256", "des3"])
            {
                forms.Add("rsa", $"rsa -traditional -{cipher} -in KEY -out OUT -passout pass:secret");
                forms.Add("p256", $"ec -{cipher} -in KEY -out OUT -passout pass:secret");
                forms.Add("p256", $"pkcs8 -topk8 -v2 {cipher} -v2prf hmacWithSHA512 -in KEY -out OUT -passout pass:secret");
                forms.Add("p256", $"pkcs8 -topk8 -scrypt -v2 {cipher} -in KEY -out OUT -passout pass:secret");
            }

            foreach (var scheme in (string[])["MD5-DES", "SHA1-DES", "MD5-RC2-64", "SHA1-RC2-64", "SHA1-RC4-128", "SHA1-RC4-40", "SHA1-3DES", "SHA1-2DES", "SHA1-RC2-128", "SHA1-RC2-40"])
            {
                forms.Add("rsa", $"pkcs8 -topk8 -v1 PBE-{scheme} {Legacy} -in KEY -out OUT -passout pass:secret");
            }

            forms.Add("rsa", "rsa -traditional -in KEY -out OUT");
            forms.Add("rsa", "rsa -traditional -in KEY -outform DER -out OUT");
            forms.Add("p256", "ec -in KEY -out OUT");
            forms.Add("p521", "ec -in KEY -outform DER -out OUT");
            forms.Add("p256", "pkcs12 -export -nomac -inkey KEY -in CERT -out OUT -passout pass:secret");
            forms.Add("p256", "pkcs12 -export -keypbe NONE -certpbe NONE -nomac -inkey KEY -in CERT -out OUT -passout pass:");
            return forms;
        }
    }

    /// <summary>Those that are encrypted, and where a wrong password is seen.</summary>
    public static TheoryData<string, string> EncryptedForms
        => [.. Forms.Select(row => row.Data).Where(form => form.Item2.Contains("pass:secret", StringComparison.Ordinal) && !form.Item2.Contains("-nomac", StringComparison.Ordinal))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_key_is_read_in_the_form_that_openssl_writes(string kind, string form)
    {
        var file = await folder.WriteAsync(kind, form, Cancellation);
        var identity = Valid(Flags(kind, form, file, "secret"));

        Assert.NotEmpty(new ClientCertificate(identity).Key.Schemes13);
        Assert.Equal(await folder.PublicKeyAsync(Path.Combine(folder.Path, $"{kind}.key"), Cancellation), await folder.PublicKeyAsync(identity.KeyPem, Cancellation));
    }

    [Theory]
    [MemberData(nameof(EncryptedForms))]
    public async Task A_wrong_or_missing_password_is_said_to_be_so(string kind, string form)
    {
        var file = await folder.WriteAsync(kind, form, Cancellation);

        var wrong = Assert.Single(Invalid(Flags(kind, form, file, "wrong")));
        Assert.Contains("is encrypted and the password is wrong", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("--cert FILE:PASSWORD", wrong.Remedy, StringComparison.Ordinal);
        var missing = Assert.Single(Invalid(Flags(kind, form, file, null)));
        Assert.Contains("is encrypted and no password is given", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_of_curve_parameters_before_the_key_is_passed_over()
    {
        var file = Path.Combine(folder.Path, "parameters.key");
        await Folder.RunAsync($"ecparam -name prime256v1 -genkey -out {file}", Cancellation);
        await Folder.RunAsync($"req -x509 -key {file} -subj /CN=client -out {file}.pem", Cancellation);

        Assert.StartsWith("-----BEGIN EC PARAMETERS", await File.ReadAllTextAsync(file, Cancellation), StringComparison.Ordinal);
        Valid([("--cert", $"{file}.pem"), ("--key", file)]);
    }

    [Fact]
    public void A_certificate_in_der_goes_with_a_key_in_any_form()
        => Valid([("--cert", Path.Combine(folder.Path, "p256.der")), ("--key", Path.Combine(folder.Path, "p256.key"))]);

    [Theory]
    [InlineData("rsa-pss", TlsVersion.Tls12, CryptoChoice.Native)]
    [InlineData("rsa-pss", TlsVersion.Tls13, CryptoChoice.Native)]
    [InlineData("rsa-pss", TlsVersion.Tls13, CryptoChoice.Managed)]
    [InlineData("ed448", TlsVersion.Tls13, CryptoChoice.Native)]
    [InlineData("p521", TlsVersion.Tls13, CryptoChoice.Native)]
    public async Task A_server_accepts_what_a_key_signs(string kind, TlsVersion version, CryptoChoice crypto)
    {
        var own = new CertificateFiles(Path.Combine(folder.Path, "p256.pem"), null, Path.Combine(folder.Path, "p256.key"), "");
        await using var server = await OpensslServer.StartAsync(own, ["-Verify", "1", "-www"], Cancellation);
        var plan = ValidPlan([("--cert", Path.Combine(folder.Path, $"{kind}.pem")), ("--key", Path.Combine(folder.Path, $"{kind}.key"))]);
        using var engine = Engines.Create(
            plan with
            {
                Targets = [plan.Targets[0] with { Port = server.EndPoint.Port, Trust = Trust.Insecure }],
                Profiles = [plan.Profiles[0] with { TlsVersions = [version], Confirm = Confirm.Http }],
                Crypto = crypto,
            },
            TimeProvider.System);
        using var client = engine.CreateClient();

        var outcome = await client.HandshakeAsync(0, 0, Cancellation);

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.True(outcome.Negotiated.ClientCertificate);
    }

    [Theory]
    [InlineData("ed25519", "ed448")]
    [InlineData("rsa", "rsa-pss")]
    [InlineData("p256", "p521")]
    [InlineData("p256", "rsa")]
    public void A_key_of_another_certificate_is_refused(string certificate, string key)
    {
        var problem = Assert.Single(Invalid([("--cert", Path.Combine(folder.Path, $"{certificate}.pem")), ("--key", Path.Combine(folder.Path, $"{key}.key"))]));

        Assert.Contains("the private key belongs to another certificate", problem.Message, StringComparison.Ordinal);
    }

    private (string Name, string Value)[] Flags(string kind, string form, string file, string? password)
    {
        var suffix = password is null ? "" : $":{password}";
        return form.StartsWith("pkcs12", StringComparison.Ordinal)
            ? [("--cert", file + suffix)]
            : [("--cert", Path.Combine(folder.Path, $"{kind}.pem") + suffix), ("--key", file)];
    }

    private static ClientIdentity Valid((string Name, string Value)[] flags) => Assert.Single(ValidPlan(flags).Profiles[0].Identities);

    private static Plan ValidPlan((string Name, string Value)[] flags)
    {
        var reading = Read(flags);
        Assert.True(reading is PlanReading.Valid, string.Join('\n', (reading as PlanReading.Invalid)?.Problems ?? []));
        return ((PlanReading.Valid)reading).Plan;
    }

    private static IReadOnlyList<PlanProblem> Invalid((string Name, string Value)[] flags) => Assert.IsType<PlanReading.Invalid>(Read(flags)).Problems;

    private static PlanReading Read((string Name, string Value)[] flags)
        => new PlanReader(Engines.Capabilities).Read(
            "targets: [ { name: t, address: 127.0.0.1 } ]", null, new PlanFlags { Given = [.. flags.Select(flag => (flag.Name, (string?)flag.Value))] });

    /// <summary>A key of each kind with its certificate, by openssl.</summary>
    public sealed class Folder : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-keys-");
        private int _files;

        public static IReadOnlyDictionary<string, string> Kinds { get; } = new Dictionary<string, string>
        {
            ["rsa"] = "RSA -pkeyopt rsa_keygen_bits:2048",
            ["rsa-pss"] = "RSA-PSS -pkeyopt rsa_keygen_bits:2048",
            ["p256"] = "EC -pkeyopt ec_paramgen_curve:P-256",
            ["p521"] = "EC -pkeyopt ec_paramgen_curve:P-521",
            ["ed25519"] = "ED25519",
            ["ed448"] = "ED448",
        };

        public string Path => _folder.FullName;

        public static async Task RunAsync(string arguments, CancellationToken cancellation)
        {
            await using var openssl = ChildProcess.Start(RealServers.Require("openssl"), arguments.Split(' '));
            var code = await openssl.WaitForExitAsync(ChildProcess.Patience, cancellation);
            Assert.True(code == 0, $"openssl {arguments}\n{string.Join('\n', openssl.StandardError)}");
        }

        public async ValueTask InitializeAsync()
        {
            foreach (var (kind, algorithm) in Kinds)
            {
                await RunAsync($"genpkey -algorithm {algorithm} -out {Path}/{kind}.key", CancellationToken.None);
                await RunAsync($"req -x509 -key {Path}/{kind}.key -subj /CN=client -days 30 -out {Path}/{kind}.pem", CancellationToken.None);
            }

            await RunAsync($"x509 -in {Path}/p256.pem -outform DER -out {Path}/p256.der", CancellationToken.None);
        }

        public ValueTask DisposeAsync()
        {
            _folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }

        public async Task<string> WriteAsync(string kind, string form, CancellationToken cancellation)
        {
            var file = System.IO.Path.Combine(Path, $"{Interlocked.Increment(ref _files)}.out");
            await RunAsync(form.Replace("KEY", $"{Path}/{kind}.key", StringComparison.Ordinal).Replace("CERT", $"{Path}/{kind}.pem", StringComparison.Ordinal).Replace("OUT", file, StringComparison.Ordinal), cancellation);
            return file;
        }

        /// <summary>The public key of a private one, a file or PEM.</summary>
        public async Task<string> PublicKeyAsync(string key, CancellationToken cancellation)
        {
            var file = key;
            if (key.Contains('\n', StringComparison.Ordinal))
            {
                file = System.IO.Path.Combine(Path, $"{Interlocked.Increment(ref _files)}.in");
                await File.WriteAllTextAsync(file, key, cancellation);
            }

            await using var openssl = ChildProcess.Start(RealServers.Require("openssl"), ["pkey", "-in", file, "-pubout"]);
            await openssl.WaitForExitAsync(ChildProcess.Patience, cancellation);
            return string.Join('\n', openssl.StandardOutput);
        }
    }
}
