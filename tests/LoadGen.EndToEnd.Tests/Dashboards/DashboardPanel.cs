using System.Text.Json.Nodes;

namespace LoadGen.EndToEnd.Tests.Dashboards;

/// <summary>A panel of a dashboard, or the heading of a row.</summary>
internal sealed class DashboardPanel(JsonNode json)
{
    public JsonNode Json { get; } = json;

    public int Id => (int)Json["id"]!;

    public string Title => (string)Json["title"]!;

    public bool IsRow => (string)Json["type"]! == "row";

    public (int X, int Y, int Width, int Height) Place =>
        ((int)Json["gridPos"]!["x"]!, (int)Json["gridPos"]!["y"]!, (int)Json["gridPos"]!["w"]!, (int)Json["gridPos"]!["h"]!);

    public IReadOnlyList<JsonNode> Targets => [.. (Json["targets"]?.AsArray() ?? []).Select(target => target!)];

    public IEnumerable<string> Queries => Targets.Select(target => (string)target["expr"]!);

    public override string ToString() => $"{Id} {Title}";
}
