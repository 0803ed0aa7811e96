using k8s.Models;

namespace LoadGen.Deploy.Tests.Charts;

/// <summary>The chart with several sets of values: every object is what Kubernetes takes, and they fit each other.</summary>
public sealed class ChartTests
{
    [Theory]
    [MemberData(nameof(ChartValues.Names), MemberType = typeof(ChartValues))]
    public async Task Every_object_is_valid_by_the_schema_of_its_kind(string values)
    {
        var manifests = await Renderer.RenderWellAsync(ChartValues.Sets[values]);

        Assert.Equal("", await Npm.ValidateAsync(manifests.ToJsonLines()));
    }

    [Theory]
    [MemberData(nameof(ChartValues.Names), MemberType = typeof(ChartValues))]
    public async Task Jobs_follow_the_rules_that_reach_over_several_fields(string values)
    {
        var manifests = await Renderer.RenderWellAsync(ChartValues.Sets[values]);

        foreach (var job in manifests.All<V1Job>())
        {
            Assert.Equal("Indexed", job.Spec.CompletionMode);
            // Needed for a podFailurePolicy, and for backoffLimitPerIndex.
            Assert.Equal("Never", job.Spec.Template.Spec.RestartPolicy);
            Assert.All(job.Spec.PodFailurePolicy.Rules, rule => Assert.True(rule.OnExitCodes is null != (rule.OnPodConditions is null)));
            Assert.All(job.Spec.PodFailurePolicy.Rules.Where(rule => rule.OnExitCodes is not null), rule =>
            {
                Assert.Equal(Manifests.ContainerOf(job).Name, rule.OnExitCodes.ContainerName);
                Assert.DoesNotContain(0, rule.OnExitCodes.Values);
                Assert.Equal(rule.OnExitCodes.Values.Order().Distinct(), rule.OnExitCodes.Values);
            });
            Assert.True(job.Spec.BackoffLimitPerIndex is not null || job.Spec.PodFailurePolicy.Rules.All(rule => rule.Action != "FailIndex"));
            Assert.True(job.Spec.Parallelism <= job.Spec.Completions);
            Assert.True(job.Spec.MaxFailedIndexes is null || job.Spec.MaxFailedIndexes <= job.Spec.Completions);
        }

        Assert.Equal((1, 0), (manifests.Coordinator.Spec.Completions, manifests.Coordinator.Spec.BackoffLimit));
    }

    [Theory]
    [MemberData(nameof(ChartValues.Names), MemberType = typeof(ChartValues))]
    public async Task Selectors_match_the_pods_and_ports_are_those_that_containers_open(string values)
    {
        var manifests = await Renderer.RenderWellAsync(ChartValues.Sets[values]);

        foreach (var job in manifests.All<V1Job>())
        {
            var (labels, container) = (job.Spec.Template.Metadata.Labels, Manifests.ContainerOf(job));
            Assert.All(manifests.Service.Spec.Selector, pair => Assert.Equal(pair.Value, labels[pair.Key]));
            Assert.All(manifests.All<V1NetworkPolicy>(), policy => Assert.All(policy.Spec.PodSelector.MatchLabels, pair => Assert.Equal(pair.Value, labels[pair.Key])));
            Assert.Equal(manifests.Service.Metadata.Name, job.Spec.Template.Spec.Subdomain);
            foreach (var port in manifests.Service.Spec.Ports)
            {
                Assert.Equal(port.Port, container.Ports.Single(open => open.Name == port.TargetPort.Value).ContainerPort);
            }

            Assert.Contains(container.Ports, port => port.Name == container.ReadinessProbe.HttpGet.Port.Value);
            Assert.Contains($"--listen=0.0.0.0:{container.Ports.Single(port => port.Name == "cluster").ContainerPort}", container.Args);
            Assert.Contains($"--http=0.0.0.0:{container.Ports.Single(port => port.Name == "http").ContainerPort}", container.Args);
        }

        Assert.True(manifests.Service.Spec.PublishNotReadyAddresses);
        Assert.Equal("None", manifests.Service.Spec.ClusterIP);
    }

    [Theory]
    [MemberData(nameof(ChartValues.Names), MemberType = typeof(ChartValues))]
    public async Task Every_mount_has_its_volume_every_secret_is_named_by_the_values_and_files_in_flags_are_mounted(string values)
    {
        var manifests = await Renderer.RenderWellAsync(ChartValues.Sets[values]);

        var pods = manifests.All<V1Job>().Select(job => job.Spec.Template.Spec).Concat(manifests.All<V1Pod>().Select(pod => pod.Spec));
        foreach (var pod in pods)
        {
            var container = Assert.Single(pod.Containers);
            Assert.Equal(pod.Volumes.Select(volume => volume.Name).Order(), container.VolumeMounts.Select(mount => mount.Name).Order());
            Assert.Equal(container.VolumeMounts.Count, container.VolumeMounts.Select(mount => mount.MountPath).Distinct().Count());
            Assert.All(pod.Volumes.Where(volume => volume.Secret is not null), volume => Assert.Contains(volume.Secret.SecretName, ChartValues.Sets[values], StringComparison.Ordinal));
            foreach (var file in container.Args.Select(flag => flag[(flag.IndexOf('=', StringComparison.Ordinal) + 1)..]).Where(file => file.StartsWith("/etc/", StringComparison.Ordinal)))
            {
                Assert.Contains(container.VolumeMounts, mount => file.StartsWith(mount.MountPath, StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [MemberData(nameof(ChartValues.Names), MemberType = typeof(ChartValues))]
    public async Task No_pod_may_do_more_than_it_must(string values)
    {
        var manifests = await Renderer.RenderWellAsync(ChartValues.Sets[values]);

        var pods = manifests.All<V1Job>().Select(job => job.Spec.Template.Spec).Concat(manifests.All<V1Pod>().Select(pod => pod.Spec)).ToList();
        Assert.Equal(3, pods.Count);
        foreach (var pod in pods)
        {
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            var container = Assert.Single(pod.Containers);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        }

        Assert.DoesNotContain(manifests.Objects, each => each.Kind is "Role" or "ClusterRole" or "RoleBinding" or "ClusterRoleBinding" or "Secret");
        Assert.All(manifests.All<V1Job>(), job =>
        {
            var resources = Manifests.ContainerOf(job).Resources;
            Assert.Equal(resources.Requests.Select(pair => (pair.Key, pair.Value.ToString())), resources.Limits.Select(pair => (pair.Key, pair.Value.ToString())));
        });
    }

    [Fact]
    public async Task Workers_find_the_coordinator_by_the_name_that_it_advertises()
    {
        var manifests = await Renderer.RenderWellAsync(ChartValues.Full);

        var advertised = FlagOf(manifests.Coordinator, "--advertise");
        Assert.Equal($"{manifests.Coordinator.Metadata.Name}-0.{manifests.Service.Metadata.Name}", advertised);
        Assert.Equal($"{advertised}:4053", FlagOf(manifests.Workers, "--seed"));
        Assert.Equal("$(POD_IP)", FlagOf(manifests.Workers, "--advertise"));
        Assert.Contains(Manifests.ContainerOf(manifests.Workers).Env, variable => variable is { Name: "POD_IP", ValueFrom.FieldRef.FieldPath: "status.podIP" });
        Assert.Equal("6", FlagOf(manifests.Coordinator, "--min-workers"));
    }

    [Fact]
    public async Task Names_fit_into_host_names_and_every_revision_has_its_own()
    {
        var values = $"{ChartValues.Minimal}\nfullnameOverride: a-name-as-long-as-it-may-be-1234\nworkers: {{ count: 1000 }}";
        var first = await Renderer.RenderWellAsync(values, revision: 2);
        var second = await Renderer.RenderWellAsync(values, revision: 3);

        Assert.InRange($"{first.Workers.Metadata.Name}-999".Length, 40, 63);
        Assert.InRange($"{first.Coordinator.Metadata.Name}-0".Length, 40, 63);
        Assert.Empty(first.Objects.Select(each => each.Metadata.Name).Intersect(second.Objects.Select(each => each.Metadata.Name)));
    }

    [Fact]
    public async Task The_network_policy_lets_through_the_control_plane_DNS_and_the_ports_of_the_plan()
    {
        var policy = (await Renderer.RenderWellAsync(ChartValues.Full)).Policy.Spec;

        Assert.Equal([4053], Ports(policy.Ingress[0].Ports));
        Assert.NotNull(Assert.Single(policy.Ingress[0].FromProperty).PodSelector);
        Assert.Equal([9090], Ports(policy.Ingress[1].Ports));
        Assert.NotNull(Assert.Single(policy.Ingress[1].FromProperty).NamespaceSelector);
        Assert.Equal([4053], Ports(policy.Egress[0].Ports));
        Assert.Equal([53, 53], Ports(policy.Egress[1].Ports));
        Assert.Equal([443, 8443], Ports(policy.Egress[2].Ports));
        Assert.Equal("10.0.0.0/8", Assert.Single(policy.Egress[2].To).IpBlock.Cidr);
    }

    [Theory]
    [InlineData("{}", "controlPlane.insecure=true")]
    [InlineData("workers: { count: many }", "workers.count")]
    [InlineData("worker: { count: 3 }", "worker")]
    [InlineData("lease: 15", "lease")]
    [InlineData("image: { pullPolicy: Sometimes }", "pullPolicy")]
    [InlineData("controlPlane: { tls: { secret: nodes } }", "secret")]
    [InlineData("controlPlane: { insecure: true }\nmonitoring: { podMonitor: { enabled: true }, serviceMonitor: { enabled: true } }", "enable one of them")]
    public async Task Values_that_cannot_be_are_refused_and_named(string values, string named)
    {
        var refused = await Renderer.RenderAsync(values);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(named, refused.Error, StringComparison.Ordinal);
    }

    private static string FlagOf(V1Job job, string flag)
        => Assert.Single(Manifests.ContainerOf(job).Args, argument => argument.StartsWith($"{flag}=", StringComparison.Ordinal))[(flag.Length + 1)..];

    private static IEnumerable<int> Ports(IEnumerable<V1NetworkPolicyPort> ports) => ports.Select(port => int.Parse(port.Port.Value));
}
