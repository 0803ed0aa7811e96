using System.Text.Json.Nodes;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Servers;

namespace LoadGen.Deploy.Tests.Image;

/// <summary>The image of the program as it is now: built by <c>build.sh</c> once in a test run, and unpacked.</summary>
internal sealed class ContainerImage
{
    private static readonly Lazy<Task<ContainerImage>> Built = new(BuildAsync);

    private readonly string _folder;

    private ContainerImage(string folder, JsonNode configuration)
    {
        _folder = folder;
        Configuration = configuration;
    }

    /// <summary>What the image says about itself (OCI image specification, "config").</summary>
    public JsonNode Configuration { get; }

    /// <summary>The image, as a file.</summary>
    public FileInfo Archive => new(Path.Combine(_folder, "loadgen.tar"));

    /// <summary>Its files.</summary>
    public string RootFilesystem => Path.Combine(_folder, "bundle", "rootfs");

    /// <summary>Its entry point.</summary>
    public IReadOnlyList<string> EntryPoint => [.. Configuration["Entrypoint"]!.AsArray().Select(part => part!.GetValue<string>())];

    /// <summary>Builds it, or takes the one that another test built; skips, or in CI fails, where a program for that is missing.</summary>
    public static Task<ContainerImage> GetAsync()
    {
        foreach (var program in (string[])["mmdebstrap", "umoci", "skopeo", "docker-registry", "runc"])
        {
            RealServers.Require(program);
        }

        RealServers.RequireRoot();
        return Built.Value;
    }

    /// <summary>How to run it, as the one who unpacked it proposes (OCI runtime specification): a copy, to change.</summary>
    public JsonObject ProposeRuntimeConfiguration()
        => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "bundle", "config.json")))!.AsObject();

    /// <summary>
    /// Every file with its size and the time of its last change, to see whether there is any. Empty ones are what runc mounts onto.
    /// </summary>
    public IReadOnlyList<string> ListFiles() => [.. new DirectoryInfo(RootFilesystem)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Where(file => file.Length > 0)
        .Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc:O}")
        .Order(StringComparer.Ordinal)];

    private static async Task<ContainerImage> BuildAsync()
    {
        var folder = Path.Combine(Repository.Artifacts, "image");
        var built = await Commands.RunAsync(
            Path.Combine(Repository.Root, "tests", "LoadGen.Deploy.Tests", "Image", "build.sh"), [folder, $"{FreePort.Take()}"]);
        Assert.True(built.ExitCode == 0, $"the image does not build:\n{built.Output}{built.Error}");
        var configuration = await Commands.RunAsync("skopeo", ["inspect", "--config", $"oci-archive:{Path.Combine(folder, "loadgen.tar")}"]);
        Assert.True(configuration.ExitCode == 0, configuration.Error);
        return new ContainerImage(folder, JsonNode.Parse(configuration.Output)!["config"]!);
    }
}
