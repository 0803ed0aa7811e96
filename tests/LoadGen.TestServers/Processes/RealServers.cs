using Xunit;

namespace LoadGen.TestServers.Processes;

/// <summary>The programs that tests run against.</summary>
public static class RealServers
{
    private static readonly string[] AdministratorFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    private static readonly EnumerationOptions ReadEverywhere = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    private static readonly Dictionary<string, string> DebianPackages = new()
    {
        ["caddy"] = "caddy",
        ["docker-compose"] = "docker-compose",
        ["dnsmasq"] = "dnsmasq-base",
        ["gnutls-serv"] = "gnutls-bin",
        ["go"] = "golang-go",
        ["haproxy"] = "haproxy",
        ["ip"] = "iproute2",
        ["kubectl"] = "kubernetes-client",
        ["nft"] = "nftables",
        ["nginx"] = "nginx",
        ["openssl"] = "openssl",
        ["prometheus"] = "prometheus",
        ["promtool"] = "prometheus",
        ["tinyproxy"] = "tinyproxy",
    };

    /// <summary>
    /// The path of a program. Where it is missing, the test fails in CI (the variable <c>CI</c> is <c>true</c>) and is
    /// skipped elsewhere, with the package to install.
    /// </summary>
    public static string Require(string program)
        => Find(program) ?? Missing(program, DebianPackages.GetValueOrDefault(program, program));

    /// <summary>The path of Node in the version that tests/run.sh installs, whatever the system has; skips or fails as <see cref="Require"/> does.</summary>
    public static string RequireNode()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var node = Path.Combine(folder.FullName, "artifacts", "node", "node_modules", ".bin", "node");
            if (File.Exists(node))
            {
                return node;
            }
        }

        return NotInstalled("Node is not installed: tests/run.sh does.");
    }

    /// <summary>The authorities that the system trusts, in PEM; skips or fails as <see cref="Require"/> does.</summary>
    public static string RequireSystemAuthorities()
    {
        const string bundle = "/etc/ssl/certs/ca-certificates.crt";
        return File.Exists(bundle) ? bundle : Missing("ca-certificates.crt", "ca-certificates");
    }

    /// <summary>The library that gives a process another time, by LD_PRELOAD; skips or fails as <see cref="Require"/> does.</summary>
    public static string RequireFakeTime()
        => Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", ReadEverywhere).FirstOrDefault() ?? Missing("libfaketime", "faketime");

    /// <summary>Sees to it that the test may make network namespaces, and has the programs for it; skips or fails as <see cref="Require"/> does.</summary>
    public static void RequireNetworkNamespaces()
    {
        Require("ip");
        Require("nft");
        RequireRoot();
    }

    /// <summary>Sees to it that the test may do what containers and network namespaces need; skips or fails as <see cref="Require"/> does.</summary>
    public static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            NotInstalled("Containers and network namespaces need root: run the tests as root.");
        }
    }

    /// <summary>Sees to it that a file of a Debian package is there; skips or fails as <see cref="Require"/> does.</summary>
    public static void RequireFile(string path, string debianPackage)
    {
        if (!File.Exists(path))
        {
            Missing(path, debianPackage);
        }
    }

    /// <summary>Fails in CI and skips elsewhere: <paramref name="what"/> is not there, and a package has it.</summary>
    internal static string Missing(string what, string debianPackage)
        => NotInstalled($"{what} is not installed: apt-get install {debianPackage} (tests/run.sh does).");

    private static string NotInstalled(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
        return string.Empty;
    }

    // Servers are in folders that are not in everybody's PATH.
    private static string? Find(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(AdministratorFolders)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
