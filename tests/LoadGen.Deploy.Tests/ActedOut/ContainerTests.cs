using System.Security.Cryptography;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>The image under the security context that the chart renders.</summary>
[Collection(nameof(ActedRelease))]
public sealed class ContainerTests
{
    [Fact]
    public async Task A_run_passes_as_any_user_and_writes_nothing_outside_of_volumes()
    {
        // What OpenShift does: a user of the namespace's range that no image knows.
        var user = RandomNumberGenerator.GetInt32(1_000_000_000, 2_000_000_000);
        var values = ActedRelease.Values(
            "[ { hold: { rate: 60/s, for: 4s } } ]",
            $"podSecurityContext: {{ runAsUser: {user}, runAsGroup: {user}, fsGroup: {user} }}");
        await using var release = await ActedRelease.InstallAsync(values);
        var before = release.Image.ListFiles();

        release.StartCoordinator();
        release.StartWorkers();
        var worker = await release.Workers.PodAsync(0);
        await worker.WaitForAsync("metrics on");
        Assert.Equal(user, await worker.GetUserAsync());

        await release.EndsWithAsync(0);
        await release.Workers.EndsWithAsync(JobEnd.Completed);
        Assert.Equal(before, release.Image.ListFiles());
    }

    [Fact]
    public async Task The_image_starts_the_program_as_a_user_who_is_not_root_and_has_no_shell()
    {
        var image = await Image.ContainerImage.GetAsync();

        Assert.Equal(["/app/loadgen"], image.EntryPoint);
        Assert.Equal("65532", image.Configuration["User"]!.GetValue<string>());
        Assert.False(File.Exists(Path.Combine(image.RootFilesystem, "bin", "sh")));
        TestContext.Current.SendDiagnosticMessage($"the image has {image.Archive.Length / 1e6:0.0} MB, compressed");
        Assert.InRange(image.Archive.Length, 30_000_000, 110_000_000);
    }
}
