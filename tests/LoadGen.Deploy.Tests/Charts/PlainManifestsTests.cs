using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.Charts;

/// <summary>The manifests for clusters without Helm: what the chart makes, and what kubectl takes.</summary>
public sealed class PlainManifestsTests
{
    private static string Folder => Path.Combine(Repository.Root, "deploy", "kubernetes");

    [Fact]
    public async Task They_are_what_the_chart_makes_now()
    {
        RealServers.Require("go");

        var check = await Commands.RunAsync(Path.Combine(Folder, "render.sh"), ["--check"]);

        Assert.True(check.ExitCode == 0, $"deploy/kubernetes/render.sh makes them anew:\n{check.Output}{check.Error}");
    }

    [Fact]
    public async Task Kustomize_takes_them_into_any_namespace()
    {
        var kubectl = RealServers.Require("kubectl");
        var overlay = Directory.CreateTempSubdirectory("loadgen-");
        await File.WriteAllTextAsync(
            Path.Combine(overlay.FullName, "kustomization.yaml"),
            $"""
            namespace: edge
            images: [{"{"} name: loadgen, newName: registry.example/loadgen, newTag: 1.2.3 {"}"}]
            resources: [{Path.GetRelativePath(overlay.FullName, Folder)}]
            """,
            TestContext.Current.CancellationToken);

        var built = await Commands.RunAsync(kubectl, ["kustomize", overlay.FullName]);

        Assert.True(built.ExitCode == 0, built.Error);
        var manifests = Manifests.Parse(built.Output);
        Assert.Equal(["ConfigMap", "Job", "Job", "NetworkPolicy", "Service"], manifests.Objects.Select(each => each.Kind).Order());
        Assert.All(manifests.Objects, each => Assert.Equal("edge", each.Metadata.NamespaceProperty));
        Assert.All(manifests.All<k8s.Models.V1Job>(), job => Assert.Equal("registry.example/loadgen:1.2.3", Manifests.ContainerOf(job).Image));
        overlay.Delete(recursive: true);
    }
}
