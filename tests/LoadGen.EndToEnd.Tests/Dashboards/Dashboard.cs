using System.Text.Json.Nodes;

namespace LoadGen.EndToEnd.Tests.Dashboards;

/// <summary>A dashboard as Grafana imports it.</summary>
internal sealed class Dashboard
{
    private Dashboard(string name, JsonNode json)
    {
        Name = name;
        Json = json;
        Panels = [.. json["panels"]!.AsArray().Select(panel => new DashboardPanel(panel!))];
        Variables = [.. json["templating"]!["list"]!.AsArray().Select(variable => variable!)];
        Annotations = [.. json["annotations"]!["list"]!.AsArray().Select(annotation => annotation!)];
    }

    public static string[] Names => ["loadgen", "loadgen-compare"];

    public string Name { get; }

    public JsonNode Json { get; }

    public IReadOnlyList<DashboardPanel> Panels { get; }

    public IReadOnlyList<JsonNode> Variables { get; }

    public IReadOnlyList<JsonNode> Annotations { get; }

    /// <summary>Every query of panels and annotations, with the title it belongs to.</summary>
    public IEnumerable<(string Title, string Query)> Queries =>
    [
        .. Panels.SelectMany(panel => panel.Queries.Select(query => (panel.Title, query))),
        .. Annotations.Select(annotation => ((string)annotation["name"]!, (string)annotation["expr"]!)),
    ];

    public static Dashboard Read(string name)
        => new(name, JsonNode.Parse(File.ReadAllText(RepositoryFile.PathOf($"grafana/{name}.json")))!);
}
