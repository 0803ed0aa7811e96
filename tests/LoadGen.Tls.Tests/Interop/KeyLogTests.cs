using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Interop;

/// <summary>The secrets in a key log are those that the server has, for nobody else to read.</summary>
public sealed class KeyLogTests(TestAuthority authority) : IClassFixture<TestAuthority>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loadgen-keylog-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Ours => Path.Combine(_folder, "ours.log");

    private string Theirs => Path.Combine(_folder, "theirs.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(TlsVersion.Tls12, CryptoChoice.Native, "bouncycastle")]
    [InlineData(TlsVersion.Tls12, CryptoChoice.Managed, "bouncycastle")]
    [InlineData(TlsVersion.Tls13, CryptoChoice.Native, "bouncycastle")]
    [InlineData(TlsVersion.Tls13, CryptoChoice.Managed, "bouncycastle")]
    [InlineData(TlsVersion.Tls12, CryptoChoice.Native, "fast")]
    [InlineData(TlsVersion.Tls13, CryptoChoice.Native, "fast")]
    public async Task It_has_what_the_log_of_OpenSSL_has(TlsVersion version, CryptoChoice crypto, string engine)
    {
        await using (var server = await OpensslServer.StartAsync(authority.Good(), ["-keylogfile", Theirs], Cancellation))
        {
            await WriteAsync(server, new Profile { Name = "p", TlsVersions = [version] }, crypto, engine);
        }

        var ours = File.ReadLines(Ours).Order().ToList();
        Assert.Equal(version == TlsVersion.Tls13 ? 3 * 5 : 3, ours.Count);
        Assert.Equal(File.ReadLines(Theirs).Where(line => !line.StartsWith('#')).Select(line => line.ToLowerInvariant()).Order(), ours.Select(line => line.ToLowerInvariant()));
    }

    [Fact]
    public async Task Only_its_owner_may_read_it_and_what_it_held_is_kept()
    {
        await File.WriteAllTextAsync(Ours, "# kept\n", Cancellation);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Ours, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        await using var server = await OpensslServer.StartAsync(authority.Good(), [], Cancellation);
        await WriteAsync(server, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12] }, CryptoChoice.Native);

        Assert.Equal("# kept", File.ReadLines(Ours).First());
        Assert.Equal(4, File.ReadLines(Ours).Count());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Ours));
        }
    }

    [Fact]
    public void An_engine_that_cannot_write_one_is_refused_with_the_one_that_can()
    {
        using var log = KeyLog.Open(Ours);
        var plan = new Plan { Name = "p", Targets = [], Profiles = [], Load = Interop.Once, Engine = "sslstream" };

        Assert.Contains("use engine bouncycastle", Assert.Throws<ArgumentException>(() => Engines.Create(plan, TimeProvider.System, log)).Message, StringComparison.Ordinal);
    }

    private async Task WriteAsync(OpensslServer server, Profile profile, CryptoChoice crypto, string engineName = "bouncycastle")
    {
        using var log = KeyLog.Open(Ours);
        using var engine = Engines.Create(Interop.PlanFor(server, authority, profile, engineName) with { Crypto = crypto }, TimeProvider.System, log);
        using var client = engine.CreateClient();
        for (var n = 0; n < 3; n++)
        {
            var outcome = await client.HandshakeAsync(0, 0, Cancellation);
            Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        }
    }
}
