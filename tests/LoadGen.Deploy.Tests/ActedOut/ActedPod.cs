using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using LoadGen.Deploy.Tests.Image;
using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>One pod, run by runc: the command, variables, files, names, user and limits that were rendered for it.</summary>
internal sealed class ActedPod : IAsyncDisposable
{
    private const int LinesOfFallback = 80;
    private const string TerminationLog = "/dev/termination-log";
    private const UnixFileMode AnybodyWrites = (UnixFileMode)0b110_110_110;

    private static int _started;

    private readonly string _id;
    private readonly DirectoryInfo _folder;
    private readonly IReadOnlyDictionary<string, DirectoryInfo> _volumes;
    private readonly ChildProcess _runc;

    private ActedPod(string id, DirectoryInfo folder, IReadOnlyDictionary<string, DirectoryInfo> volumes, ChildProcess runc)
    {
        _id = id;
        _folder = folder;
        _volumes = volumes;
        _runc = runc;
    }

    /// <summary>Whether it has.</summary>
    public bool HasEnded => _runc.HasEnded;

    /// <summary>Where a file of one of its volumes is.</summary>
    public string FileOf(string volume, string name) => Path.Combine(_volumes[volume].FullName, name);

    /// <summary>Its log.</summary>
    public IReadOnlyList<string> Log => [.. _runc.StandardOutput, .. _runc.StandardError];

    /// <summary>What the pod's status shows after its end: what the container left behind, or else (FallbackToLogsOnError) the end of its log.</summary>
    public string TerminationMessage => File.ReadAllText(Path.Combine(_folder.FullName, "termination-log")) is { Length: > 0 } message
        ? message
        : string.Join('\n', Log.TakeLast(LinesOfFallback));

    /// <summary>Starts a pod.</summary>
    /// <param name="image">What its container runs.</param>
    /// <param name="pod">What was rendered.</param>
    /// <param name="hostName">Its host name.</param>
    /// <param name="fullName">The name that the cluster's DNS knows it by.</param>
    /// <param name="network">Its network.</param>
    /// <param name="resolver">The text of its resolv.conf.</param>
    /// <param name="volumes">Its volumes.</param>
    /// <param name="folder">A folder for it alone.</param>
    public static async Task<ActedPod> StartAsync(
        ContainerImage image, V1PodSpec pod, string hostName, string fullName, NodeNamespace network, string resolver, PodVolumes volumes, DirectoryInfo folder)
    {
        var id = $"loadgen-{Environment.ProcessId}-{Interlocked.Increment(ref _started)}";
        var folders = await volumes.MakeAsync(pod, folder.CreateSubdirectory("volumes"));
        var terminationLog = Write(folder, "termination-log", "");
        File.SetUnixFileMode(terminationLog, AnybodyWrites);
        IEnumerable<(string, string, bool)> mounts =
        [
            ("/etc/hosts", Write(folder, "hosts", $"127.0.0.1 localhost\n{network.Address} {fullName} {hostName}\n"), false),
            ("/etc/resolv.conf", Write(folder, "resolv.conf", resolver), false),
            ("/etc/hostname", Write(folder, "hostname", $"{hostName}\n"), false),
            (TerminationLog, terminationLog, false),
            .. Assert.Single(pod.Containers).VolumeMounts.Select(mount => (
                mount.MountPath,
                Path.Combine(folders[mount.Name].FullName, mount.SubPath ?? "."),
                mount.ReadOnlyProperty == true)),
        ];
        var configuration = RuntimeConfiguration.Of(image, pod, hostName, network, mounts);
        var bundle = folder.CreateSubdirectory("bundle");
        Write(bundle, "config.json", configuration.ToJsonString());
        return new ActedPod(id, folder, folders, ChildProcess.Start("runc", ["run", "--bundle", bundle.FullName, id]));
    }

    /// <summary>Waits for lines of its log, in this order.</summary>
    public async Task WaitForAsync(params string[] texts)
    {
        // A wait is asked about each line once.
        var found = 0;
        await _runc.WaitForLineAsync(
            line => line.Contains(texts[found], StringComparison.Ordinal) && ++found == texts.Length, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a signal to what runs in the container.</summary>
    public async Task SendAsync(Signal signal)
    {
        var sent = await Commands.RunAsync("runc", ["kill", _id, $"{(int)signal}"]);
        Assert.True(sent.ExitCode == 0, sent.Error);
    }

    /// <summary>The user that the container's process runs as, while it does.</summary>
    public async Task<long> GetUserAsync()
    {
        var state = await Commands.RunAsync("runc", ["state", _id]);
        Assert.True(state.ExitCode == 0, state.Error);
        var process = JsonDocument.Parse(state.Output).RootElement.GetProperty("pid").GetInt32();
        var user = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return long.Parse(user.Split('\t')[1]);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code that the pod's status would show.</returns>
    public Task<int> WaitForExitAsync() => _runc.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Gone already, unless the test failed.
        await Commands.RunAsync("runc", ["delete", "--force", _id]);
        await _runc.DisposeAsync();
    }

    private static string Write(DirectoryInfo folder, string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
