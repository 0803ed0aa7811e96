using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.Charts;

/// <summary>The packages of npm that hold the schemas of Kubernetes and of the Prometheus operator.</summary>
internal static class Npm
{
    private const string Missing = "the schemas of Kubernetes are not installed: tests/run.sh does";
    private const string Script = "validate-manifests.mjs";

    /// <summary>Validates manifests; skips or, in CI, fails if the schemas are not there.</summary>
    /// <param name="jsonLines">The manifests, one a line.</param>
    /// <returns>The problems, one a line.</returns>
    public static async Task<string> ValidateAsync(string jsonLines)
    {
        var node = RealServers.RequireNode();
        var folder = Path.Combine(Repository.Artifacts, "kubernetes-schemas");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "kubernetes-models")))
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is { Length: > 0 }, Missing);
            Assert.Fail(Missing);
        }

        // Node looks for packages from where the script is.
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Charts", Script), Path.Combine(folder, Script), overwrite: true);
        var validated = await Commands.RunAsync(node, [Path.Combine(folder, Script)], jsonLines);
        Assert.True(validated.ExitCode == 0, validated.Error);
        return validated.Output;
    }
}
