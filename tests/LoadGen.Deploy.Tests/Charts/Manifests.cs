using k8s;
using k8s.Models;

namespace LoadGen.Deploy.Tests.Charts;

/// <summary>
/// Rendered objects. Those of Kubernetes itself are parsed strictly: a field that a type does not have, or of another type, is
/// an error.
/// </summary>
internal sealed class Manifests
{
    private const string Operator = "monitoring.coreos.com/";

    private static readonly string[] Separator = ["\n---\n"];

    private readonly List<object> _objects = [];

    private Manifests(IReadOnlyList<string> documents) => Documents = documents;

    /// <summary>Every object's YAML.</summary>
    public IReadOnlyList<string> Documents { get; }

    /// <summary>Those of Kubernetes itself.</summary>
    public IEnumerable<IKubernetesObject<V1ObjectMeta>> Objects => _objects.OfType<IKubernetesObject<V1ObjectMeta>>();

    public V1Job Coordinator => Single<V1Job>("coordinator");

    public V1Job Workers => Single<V1Job>("worker");

    public V1Service Service => All<V1Service>().Single();

    public V1NetworkPolicy Policy => All<V1NetworkPolicy>().Single();

    /// <summary>All of one kind.</summary>
    public IEnumerable<T> All<T>() => _objects.OfType<T>();

    /// <summary>The only container of a Job's pods.</summary>
    public static V1Container ContainerOf(V1Job job) => Assert.Single(job.Spec.Template.Spec.Containers);

    /// <summary>Reads what a renderer wrote.</summary>
    public static Manifests Parse(string text)
    {
        var documents = ("\n" + text).Split(Separator, StringSplitOptions.None)
            .Where(document => document.Split('\n').Any(line => line.Length > 0 && !line.StartsWith('#')))
            .ToList();
        var manifests = new Manifests(documents);
        foreach (var document in documents.Where(document => !document.Contains($"apiVersion: {Operator}", StringComparison.Ordinal)))
        {
            manifests._objects.AddRange(KubernetesYaml.LoadAllFromString(document, typeMap: null, strict: true));
        }

        return manifests;
    }

    /// <summary>Each object as JSON, one a line.</summary>
    public string ToJsonLines() => string.Join('\n', Documents.Select(document => YamlJson.Of(document)));

    private T Single<T>(string component)
        where T : IKubernetesObject<V1ObjectMeta>
        => _objects.OfType<T>().Single(each => each.Metadata.Labels["app.kubernetes.io/component"] == component);
}
