using System.Text;
using k8s.Models;
using LoadGen.Deploy.Tests.Charts;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>The files that a pod's mounts show: made as a node's kubelet makes them.</summary>
/// <param name="manifests">What the pod was rendered with, for its ConfigMaps.</param>
/// <param name="secrets">The secrets that whoever installed the release made before: name, then file, then text.</param>
/// <param name="claims">The folders that claims stand for.</param>
internal sealed class PodVolumes(
    Manifests manifests, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> secrets, IReadOnlyDictionary<string, DirectoryInfo> claims)
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;
    private const int DefaultMode = 0b110_100_100;

    /// <summary>Makes a pod's volumes.</summary>
    /// <param name="pod">Whose.</param>
    /// <param name="folder">Where to.</param>
    /// <returns>The folder of each volume, by its name.</returns>
    public async Task<IReadOnlyDictionary<string, DirectoryInfo>> MakeAsync(V1PodSpec pod, DirectoryInfo folder)
    {
        var made = new Dictionary<string, DirectoryInfo>();
        foreach (var volume in pod.Volumes)
        {
            made[volume.Name] = volume switch
            {
                { Secret: { } secret } => Fill(folder, volume.Name, secrets[secret.SecretName], secret.DefaultMode ?? DefaultMode),
                { ConfigMap: { } map } => Fill(folder, volume.Name, DataOf(map.Name), map.DefaultMode ?? DefaultMode),
                { EmptyDir: not null } => Open(folder.CreateSubdirectory(volume.Name)),
                { PersistentVolumeClaim: { } claim } => Open(claims[claim.ClaimName]),
                _ => throw new NotSupportedException($"volume {volume.Name}"),
            };
            // Nobody but root and the pod's group.
            await ChangeGroupAsync(made[volume.Name], pod.SecurityContext.FsGroup ?? 0);
        }

        return made;
    }

    private IEnumerable<KeyValuePair<string, string>> DataOf(string name)
        => manifests.All<V1ConfigMap>().Single(map => map.Metadata.Name == name).Data;

    private static DirectoryInfo Fill(DirectoryInfo folder, string name, IEnumerable<KeyValuePair<string, string>> files, int mode)
    {
        var volume = folder.CreateSubdirectory(name);
        foreach (var (file, text) in files)
        {
            var path = Path.Combine(volume.FullName, file);
            File.WriteAllText(path, text, new UTF8Encoding(false));
            File.SetUnixFileMode(path, (UnixFileMode)mode);
        }

        return volume;
    }

    private static DirectoryInfo Open(DirectoryInfo folder)
    {
        folder.UnixFileMode = Everybody;
        return folder;
    }

    private static async Task ChangeGroupAsync(DirectoryInfo folder, long group)
    {
        var changed = await Commands.RunAsync("chgrp", ["--recursive", $"{group}", folder.FullName]);
        Assert.True(changed.ExitCode == 0, changed.Error);
    }
}
