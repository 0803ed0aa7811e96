using System.Text.Json;
using System.Text.RegularExpressions;
using k8s.Models;
using LoadGen.Deploy.Tests.Charts;
using LoadGen.Deploy.Tests.Image;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>
/// A release of the chart in a cluster that exists for one test: every pod in a network of its own, found by the names that
/// a headless service gives it, and a target that is a pod of another namespace.
/// </summary>
internal sealed partial class ActedRelease : IAsyncDisposable
{
    private const int Inconclusive = 12;
    private const string Namespace = "load";
    private const string Service = "gateway";
    private const string TargetNamespace = "edge";
    private const string NodeSecret = "nodes";
    private const string AuthoritySecret = "gateway-ca";
    private const string Claim = "results";

    private const string TargetPod = """
        apiVersion: v1
        kind: Pod
        metadata: { name: gateway }
        spec:
          securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532, seccompProfile: { type: RuntimeDefault } }
          containers:
            - name: gateway
              args: [target, "--listen=0.0.0.0:8443", --cacert-out=/tmp/ca.pem]
              env: [{ name: DOTNET_EnableDiagnostics, value: "0" }]
              resources: { limits: { cpu: "2", memory: 512Mi } }
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
              volumeMounts: [{ name: tmp, mountPath: /tmp }]
          volumes: [{ name: tmp, emptyDir: {} }]
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");
    private readonly TestAuthority _authority = new();
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _secrets = [];
    private readonly DirectoryInfo _results;
    private readonly Manifests _manifests;
    private readonly PodVolumes _volumes;
    private readonly ClusterNetwork _network;
    private readonly SemaphoreSlim _starting = new(1);
    private ClusterDns? _dns;
    private ActedPod? _target;
    private ActedJob? _coordinator;
    private ActedJob? _workers;
    private int _pods;

    private ActedRelease(ContainerImage image, Manifests manifests, ClusterNetwork network)
    {
        Image = image;
        _manifests = manifests;
        _network = network;
        _results = _folder.CreateSubdirectory(Claim);
        _volumes = new PodVolumes(manifests, _secrets, new Dictionary<string, DirectoryInfo> { [Claim] = _results });
    }

    /// <summary>What its pods run.</summary>
    public ContainerImage Image { get; }

    /// <summary>The Job of the coordinator.</summary>
    public ActedJob Coordinator => _coordinator ?? throw new InvalidOperationException("not started");

    /// <summary>The Job of the workers.</summary>
    public ActedJob Workers => _workers ?? throw new InvalidOperationException("not started");

    /// <summary>The whole result, from the volume that the values name.</summary>
    public JsonElement Result
        => JsonDocument.Parse(File.ReadAllText(Path.Combine(_results.FullName, $"{_manifests.Service.Metadata.Name}.json"))).RootElement;

    /// <summary>
    /// Values for a run with mutual TLS between the pods, that ends soon after the load does.
    /// </summary>
    /// <param name="load">The plan's load.</param>
    /// <param name="more">More values.</param>
    /// <param name="thresholds">The plan's thresholds.</param>
    /// <param name="controlPlane">How the pods know each other; by default by mutual TLS.</param>
    public static string Values(
        string load, string more = "", string thresholds = "[ \"failures < 1%\" ]", string controlPlane = $"tls: {{ existingSecret: {NodeSecret} }}") => $$"""
        plan: |
          name: acted-out
          targets:
            - { name: gateway, address: "{{Service}}.{{TargetNamespace}}.svc:8443", serverName: localhost, trust: { ca: /etc/loadgen/files/gateway/ca.pem } }
          load: {{load}}
          thresholds: {{thresholds}}
        planFiles: [{ name: gateway, existingSecret: {{AuthoritySecret}} }, { name: client, existingSecret: {{NodeSecret}} }]
        controlPlane: { {{controlPlane}} }
        result: { existingClaim: {{Claim}} }
        lease: 6s
        linger: 0s
        {{more}}
        """;

    /// <summary>Renders the chart, and makes what has to be there before it: the target, and secrets. No Job is started yet.</summary>
    public static async Task<ActedRelease> InstallAsync(string values)
    {
        var release = new ActedRelease(await ContainerImage.GetAsync(), await Renderer.RenderWellAsync(values), await ClusterNetwork.CreateAsync());
        try
        {
            await release.PrepareAsync();
            return release;
        }
        catch
        {
            await release.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the coordinator's Job.</summary>
    public void StartCoordinator() => _coordinator = ActedJob.Start(_manifests.Coordinator, [0], StartPodAsync);

    /// <summary>Starts the workers' Job.</summary>
    /// <param name="scheduled">How many of its pods find a node; by default all.</param>
    public void StartWorkers(int? scheduled = null)
        => _workers = ActedJob.Start(_manifests.Workers, Enumerable.Range(0, scheduled ?? _manifests.Workers.Spec.Completions!.Value), StartPodAsync);

    /// <summary>Runs what <c>helm test</c> would.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TestAsync()
    {
        var test = _manifests.All<V1Pod>().Single();
        await using var pod = await StartPodAsync(test.Spec, test.Metadata.Name, ClusterDns.NameOf(test.Metadata.Name, Namespace));
        return await pod.WaitForExitAsync();
    }

    /// <summary>
    /// Waits for the coordinator's Job, which ends with one of these codes, unless the machine was too busy to begin handshakes on
    /// time and the run says nothing about the target but that.
    /// </summary>
    public async Task EndsWithAsync(params int[] codes)
    {
        var end = await Coordinator.EndsAsync();
        var code = Assert.Single(Coordinator.ExitCodesOf(0));
        var tooBusy = code == Inconclusive && Result.GetProperty("generator").GetProperty("reasons").GetArrayLength() > 0;
        Assert.True(codes.Contains(code) || tooBusy, $"the coordinator ended with {code}:\n{Coordinator.Logs}\n{_workers?.Logs}");
        Assert.Equal(code == 0 ? JobEnd.Completed : new JobEnd(false, "BackoffLimitExceeded"), end);
    }

    /// <summary>Ends the target.</summary>
    /// <returns>The handshakes that it completed.</returns>
    public async Task<long> StopTargetAsync()
    {
        await _target!.SendAsync(Signal.Terminate);
        await _target.WaitForExitAsync();
        var counts = TargetCounts().Match(_target.Log[^1]);
        Assert.True(counts.Success, $"the target's last line has no counts: {string.Join('\n', _target.Log)}");
        return long.Parse(counts.Groups[1].ValueSpan) + long.Parse(counts.Groups[2].ValueSpan);
    }

    public async ValueTask DisposeAsync()
    {
        await (_coordinator?.DisposeAsync() ?? default);
        await (_workers?.DisposeAsync() ?? default);
        await (_target?.DisposeAsync() ?? default);
        await (_dns?.DisposeAsync() ?? default);
        await _network.DisposeAsync();
        _authority.Dispose();
        _starting.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task PrepareAsync()
    {
        _dns = await ClusterDns.StartAsync(await _network.AddNodeAsync(), _folder);
        var target = Manifests.Parse(TargetPod).All<V1Pod>().Single();
        _target = await StartPodAsync(target.Spec, Service, ClusterDns.NameOf(Service, TargetNamespace));
        await _target.WaitForAsync("listening on ");
        _secrets[AuthoritySecret] = new Dictionary<string, string> { ["ca.pem"] = await File.ReadAllTextAsync(_target.FileOf("tmp", "ca.pem")) };
        var node = _authority.Issue(new LeafOptions { Names = ["loadgen-node"] });
        _secrets[NodeSecret] = new Dictionary<string, string>
        {
            ["tls.crt"] = node.ChainPem, ["tls.key"] = await File.ReadAllTextAsync(node.KeyPath), ["ca.crt"] = _authority.Pem,
        };
    }

    private Task<ActedPod> StartPodAsync(V1Job job, int index)
    {
        var hostName = $"{job.Metadata.Name}-{index}";
        var pod = job.Spec.Template.Spec;
        return StartPodAsync(pod, hostName, ClusterDns.NameOf(hostName, pod.Subdomain, Namespace));
    }

    private async Task<ActedPod> StartPodAsync(V1PodSpec spec, string hostName, string fullName)
    {
        // The Jobs share the network and its names.
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var network = await _network.AddNodeAsync();
            var pod = await ActedPod.StartAsync(
                Image, spec, hostName, fullName, network, _dns!.ResolverOf(Namespace), _volumes, _folder.CreateSubdirectory($"pod-{++_pods}"));
            await _dns.SetAsync(fullName, network.Address);
            return pod;
        }
        finally
        {
            _starting.Release();
        }
    }

    [GeneratedRegex("^handshakes: ([0-9]+) full, ([0-9]+) resumed, ([0-9]+) failed$")]
    private static partial Regex TargetCounts();
}
