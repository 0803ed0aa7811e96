using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.Charts;

/// <summary>Renders the chart: with helm where it is installed, else with a small program on the same template engine.</summary>
internal static class Renderer
{
    private static readonly Lazy<Task<string>> Own = new(BuildAsync);

    /// <summary>The manifests, or what was wrong.</summary>
    public static async Task<CommandResult> RenderAsync(string values, int revision = 1)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, values, TestContext.Current.CancellationToken);
        try
        {
            // Helm sets the revision itself, so that other revisions are for the other one.
            return revision == 1 && FindHelm() is { } helm
                ? await Commands.RunAsync(helm, ["template", "gateway", Repository.Chart, "--namespace", "load", "--values", file])
                : await Commands.RunAsync(await Own.Value, ["-revision", $"{revision}", Repository.Chart, file]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The manifests of values that have to render.</summary>
    public static async Task<Manifests> RenderWellAsync(string values, int revision = 1)
    {
        var rendered = await RenderAsync(values, revision);
        Assert.True(rendered.ExitCode == 0, rendered.Error);
        return Manifests.Parse(rendered.Output);
    }

    private static string? FindHelm() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "helm"))
        .FirstOrDefault(File.Exists);

    private static async Task<string> BuildAsync()
    {
        var go = RealServers.Require("go");
        var program = Path.Combine(AppContext.BaseDirectory, "renderer");
        var environment = new Dictionary<string, string>
        {
            // Debian's libraries are laid out for this.
            ["GO111MODULE"] = "off", ["GOPATH"] = "/usr/share/gocode", ["GOFLAGS"] = "", ["GOCACHE"] = Path.Combine(Path.GetTempPath(), "loadgen-go-cache"),
        };
        var built = await Commands.RunAsync(go, ["build", "-o", program, "."], environment: environment, folder: Repository.Renderer);
        return built.ExitCode == 0 ? program : throw new InvalidOperationException($"the renderer does not build: {built.Error}");
    }
}
