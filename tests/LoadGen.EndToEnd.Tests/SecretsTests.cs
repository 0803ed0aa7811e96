using System.Security.Cryptography.X509Certificates;
using System.Text;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

/// <summary>What a run is told in confidence is nowhere to be found: in outputs, results, metrics, pages and lists of processes.</summary>
public sealed class SecretsTests : IDisposable
{
    private const string PreSharedKey = "5ec2e7a1b2c3d4e5f60718293a4b5c6d";
    private const string KeyPassword = "kEyPassw0rd";
    private const string ProxyPassword = "pr0xyPassw0rd";
    private const string Token = "t0kenOfTheApi";

    private readonly TestAuthority _authority = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("loadgen-secrets-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task None_of_them_is_found_after_a_run(bool completes)
    {
        var (identity, key) = WriteIdentity();
        await File.WriteAllTextAsync(Path.Combine(_folder, "token"), Token, Cancellation);
        await using var nginx = await NginxServer.StartAsync(
            new NginxOptions { Certificates = [_authority.Good(KeyKind.EcdsaP256)], ClientAuthorities = _authority.PemPath }, Cancellation);
        await using var proxy = await TinyproxyServer.StartAsync(nginx.EndPoint.Port, "user", completes ? ProxyPassword : "another", Cancellation);

        await using var run = LoadGenProgram.Start(
        [
            "run", "--target", $"localhost:{nginx.EndPoint.Port}", "--cacert", _authority.PemPath, "--concurrency", "2", "--count", "20", "--metrics-port", "0", "--linger", "60s",
            "--psk", $"device:{PreSharedKey}", "--cert", $"{identity}:{KeyPassword}", $"--proxy=http://user:{ProxyPassword}@{proxy.EndPoint}",
            "--token-file", Path.Combine(_folder, "token"), "--json", Path.Combine(_folder, "result.json"), "--out", Path.Combine(_folder, "out"),
        ]);
        var line = await run.WaitForLineAsync("metrics on ", Cancellation);
        var address = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]);
        await run.WaitForLineAsync("scheduled", Cancellation);

        var places = new Dictionary<string, string>
        {
            ["the list of processes"] = string.Join('\n', Directory.EnumerateDirectories("/proc").Select(folder => Path.Combine(folder, "cmdline")).Select(ReadIfThere)),
            ["a result"] = await File.ReadAllTextAsync(Path.Combine(_folder, "result.json"), Cancellation),
        };
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        foreach (var path in (string[])["/metrics", "/", "/runs"])
        {
            places[path] = await http.GetStringAsync(new Uri(address, path), Cancellation);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, "out"), "*", SearchOption.AllDirectories))
        {
            places[file] = await File.ReadAllTextAsync(file, Cancellation);
        }

        run.Send(Signal.Interrupt);
        await run.WaitForExitAsync(ChildProcess.Patience, Cancellation);
        places["standard output"] = string.Join('\n', run.StandardOutput);
        places["standard error"] = string.Join('\n', run.StandardError);

        Assert.Contains(completes ? "\"completed\": 20" : "\"failed\": 20", places["a result"], StringComparison.Ordinal);
        Assert.Contains("loadgen", places["the list of processes"], StringComparison.Ordinal);
        string[] secrets =
        [
            PreSharedKey, Convert.ToBase64String(Convert.FromHexString(PreSharedKey)), KeyPassword, ProxyPassword,
            Convert.ToBase64String(Encoding.ASCII.GetBytes($"user:{ProxyPassword}")), Token, key,
        ];
        Assert.All(places, place => Assert.All(secrets, secret => Assert.False(place.Value.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{place.Key} has {secret}")));
    }

    // Processes come and go, and some belong to others.
    private static string ReadIfThere(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private (string Path, string Key) WriteIdentity()
    {
        var files = _authority.Client();
        using var certificate = X509Certificate2.CreateFromPemFile(files.ChainPath, files.KeyPath);
        var path = Path.Combine(_folder, "client.p12");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, KeyPassword));
        return (path, File.ReadAllText(files.KeyPath).Split('\n')[1]);
    }
}
