using System.Text.RegularExpressions;
using LoadGen.TestServers.Processes;

namespace LoadGen.EndToEnd.Tests.Dashboards;

/// <summary>The files of the test bed that runs in containers, as far as they can be tried without any.</summary>
public sealed partial class TestBedTests
{
    [Fact]
    public async Task Compose_accepts_the_file()
        => await RunAsync("docker-compose", "-f", RepositoryFile.PathOf("deploy/compose.yaml"), "config", "--quiet");

    [Fact]
    public void Everything_that_is_mounted_or_built_from_is_there()
    {
        var compose = File.ReadAllText(RepositoryFile.PathOf("deploy/compose.yaml"));
        var mounted = Mounted().Matches(compose).Select(match => Path.Combine("deploy", match.Groups[1].Value)).ToList();

        Assert.InRange(mounted.Count, 6, 30);
        Assert.All([.. mounted, "deploy/Dockerfile"], path => Assert.True(Path.Exists(RepositoryFile.PathOf(path)), path));
    }

    [Fact]
    public async Task The_certificates_that_it_makes_are_of_one_authority_whose_key_is_gone()
    {
        _ = RealServers.Require("openssl");
        var folder = Directory.CreateTempSubdirectory("loadgen-");

        await RunAsync("sh", RepositoryFile.PathOf("deploy/certificates.sh"), folder.FullName);

        string[] expected = ["ca.pem", "node.key", "node.pem", "target.key", "target.pem"];
        Assert.Equal(expected, folder.GetFiles().Select(file => file.Name).Order());
        await RunAsync("openssl", "verify", "-CAfile", PathOf("ca.pem"), "-verify_hostname", "target", PathOf("target.pem"));
        await RunAsync("openssl", "verify", "-CAfile", PathOf("ca.pem"), PathOf("node.pem"));
        folder.Delete(recursive: true);

        string PathOf(string name) => Path.Combine(folder.FullName, name);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(RealServers.Require(program), arguments);

        var exitCode = await process.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        Assert.True(exitCode == 0, string.Join('\n', [.. process.StandardOutput, .. process.StandardError]));
    }

    [GeneratedRegex(@"- (\.\.?/[^:\s]+):")]
    private static partial Regex Mounted();
}
