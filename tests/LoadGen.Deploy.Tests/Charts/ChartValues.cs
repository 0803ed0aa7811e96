namespace LoadGen.Deploy.Tests.Charts;

/// <summary>The repository's chart, and values to render it with.</summary>
internal static class ChartValues
{
    /// <summary>What has to be said at least.</summary>
    public const string Minimal = """
        controlPlane: { insecure: true }
        """;

    /// <summary>Everything that can be on.</summary>
    public const string Full = """
        image: { repository: registry.example/loadgen, digest: "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
        imagePullSecrets: [{ name: registry }]
        plan: |
          targets:
            - { name: a, address: "a.example:443" }
            - { name: b, address: "b.example:8443" }
            - { name: c, address: "[fd00::1]:443" }
          load: [ { hold: { rate: 500/s, for: 5m } } ]
        planFiles: [{ name: client, existingSecret: gateway-client }, { name: ca, existingSecret: gateway-ca }]
        workers: { count: 8, min: 6, parallelism: 8, weight: cores, backoffLimitPerIndex: 1 }
        coordinator: { extraArgs: [--threshold, "p99<50ms"] }
        controlPlane: { tls: { existingSecret: loadgen-nodes }, clusterId: nightly }
        api: { existingSecret: loadgen-token }
        result: { existingClaim: results }
        monitoring:
          podMonitor: { enabled: true, labels: { release: prometheus } }
          rules: { enabled: true, labels: { release: prometheus } }
          dashboards: { enabled: true }
        networkPolicy:
          metricsFrom: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: monitoring } } }]
          targets: [{ ipBlock: { cidr: 10.0.0.0/8 } }]
        serviceAccountName: loadgen
        priorityClassName: low
        nodeSelector: { kubernetes.io/arch: amd64 }
        tolerations: [{ key: load, operator: Exists, effect: NoSchedule }]
        affinity:
          podAntiAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
              - { weight: 1, podAffinityTerm: { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: nginx } } } }
        topologySpreadConstraints:
          - { maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app.kubernetes.io/name: loadgen } } }
        extraEnv: [{ name: DOTNET_gcServer, value: "0" }]
        extraVolumes: [{ name: scratch, emptyDir: {} }]
        extraVolumeMounts: [{ name: scratch, mountPath: /scratch }]
        podLabels: { team: edge }
        """;

    /// <summary>Mutual TLS between the pods.</summary>
    public const string MutualTls = """
        controlPlane: { tls: { existingSecret: loadgen-nodes } }
        """;

    /// <summary>On nodes of another architecture.</summary>
    public const string Arm64 = """
        controlPlane: { insecure: true }
        image: { tag: 1.2.3-arm64 }
        nodeSelector: { kubernetes.io/arch: arm64 }
        """;

    /// <summary>Nothing watches, and no network policy.</summary>
    public const string Unwatched = """
        controlPlane: { insecure: true }
        monitoring: { serviceMonitor: { enabled: false }, podMonitor: { enabled: false } }
        networkPolicy: { enabled: false }
        jobs: { activeDeadlineSeconds: null, ttlSecondsAfterFinished: null }
        """;

    /// <summary>Scraped through the service.</summary>
    public const string ServiceMonitor = """
        controlPlane: { insecure: true }
        monitoring: { serviceMonitor: { enabled: true } }
        """;

    /// <summary>Every set of values that has to render.</summary>
    public static IReadOnlyDictionary<string, string> Sets { get; } = new Dictionary<string, string>
    {
        [nameof(Minimal)] = Minimal,
        [nameof(Full)] = Full,
        [nameof(MutualTls)] = MutualTls,
        [nameof(Arm64)] = Arm64,
        [nameof(Unwatched)] = Unwatched,
        [nameof(ServiceMonitor)] = ServiceMonitor,
    };

    /// <summary>Their names, for theories.</summary>
    public static TheoryData<string> Names => [.. Sets.Keys];
}
