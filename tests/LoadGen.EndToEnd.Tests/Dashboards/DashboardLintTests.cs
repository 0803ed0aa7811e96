using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LoadGen.EndToEnd.Tests.Dashboards;

/// <summary>The rules of Grafana's dashboard linter, for what is in the repository.</summary>
public sealed partial class DashboardLintTests
{
    private const int Columns = 24;
    private const string DataSource = "${datasource}";

    public static TheoryData<string> Names => [.. Dashboard.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_dashboard_has_a_title_an_identity_of_its_own_and_no_number_of_any_server(string name)
    {
        var dashboard = Dashboard.Read(name);

        Assert.Equal(name, (string?)dashboard.Json["uid"]);
        Assert.Null(dashboard.Json["id"]);
        Assert.NotEqual("", (string)dashboard.Json["title"]!);
        Assert.NotEqual("", (string)dashboard.Json["description"]!);
        Assert.True((int)dashboard.Json["schemaVersion"]! >= 36);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_panel_has_a_title_a_description_a_unit_and_queries(string name)
    {
        var panels = Dashboard.Read(name).Panels;

        Assert.Equal(panels.Count, panels.Select(panel => panel.Id).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(panel => panel.Title).Distinct().Count());
        Assert.All(panels.Where(panel => !panel.IsRow), panel =>
        {
            Assert.NotEqual("", panel.Title);
            Assert.EndsWith(".", (string?)panel.Json["description"], StringComparison.Ordinal);
            Assert.NotNull((string?)panel.Json["fieldConfig"]!["defaults"]!["unit"]);
            Assert.NotEmpty(panel.Targets);
            Assert.Equal(panel.Targets.Count, panel.Targets.Select(target => (string)target["refId"]!).Distinct().Count());
            Assert.All(panel.Targets, target => Assert.NotEqual("", (string)target["legendFormat"]!));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Panels_lie_within_the_grid_and_not_on_each_other(string name)
    {
        var taken = new Dictionary<(int, int), DashboardPanel>();
        foreach (var panel in Dashboard.Read(name).Panels)
        {
            var (x, y, width, height) = panel.Place;
            Assert.InRange(x + width, 1, Columns);
            foreach (var cell in Enumerable.Range(x, width).SelectMany(column => Enumerable.Range(y, height).Select(row => (column, row))))
            {
                Assert.True(taken.TryAdd(cell, panel), $"{panel} lies on {taken.GetValueOrDefault(cell)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_data_source_is_a_variable_everywhere(string name)
    {
        var dashboard = Dashboard.Read(name);

        Assert.Equal(("datasource", "datasource", "prometheus"), (
            (string)dashboard.Variables[0]["type"]!, (string)dashboard.Variables[0]["name"]!, (string)dashboard.Variables[0]["query"]!));
        var sources = dashboard.Variables.Skip(1)
            .Concat(dashboard.Annotations)
            .Concat(dashboard.Panels.Where(panel => !panel.IsRow).SelectMany(panel => panel.Targets.Append(panel.Json)));
        Assert.All(sources, source => Assert.Equal(("prometheus", DataSource), ((string?)source["datasource"]?["type"], (string?)source["datasource"]?["uid"])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Variables_are_asked_anew_with_the_time_range_and_are_all_used(string name)
    {
        var dashboard = Dashboard.Read(name);
        var used = dashboard.Queries.SelectMany(each => Variable().Matches(each.Query)).Select(match => match.Groups[1].Value)
            .Where(variable => !variable.StartsWith("__", StringComparison.Ordinal)).ToHashSet();

        Assert.Equal(dashboard.Variables.Skip(1).Select(variable => (string)variable["name"]!).Order(), used.Order());
        Assert.All(dashboard.Variables.Skip(1), variable =>
        {
            Assert.Equal(("query", 2), ((string)variable["type"]!, (int)variable["refresh"]!));
            Assert.NotEqual("", (string)variable["label"]!);
            Assert.Equal((bool)variable["includeAll"]! ? ".*" : null, (string?)variable["allValue"]);
        });
    }

    // Jobs and instances are those of the run, by loadgen_run_info, instead of variables that somebody has to match to it.
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_query_is_of_the_chosen_run_and_over_the_interval_that_Grafana_finds(string name)
        => Assert.All(Dashboard.Read(name).Queries, each =>
        {
            Assert.Matches("""on \(job, instance\) (group_left \(\) )?loadgen_run_info\{run_id=~"\$(run|first|second)"\}""", each.Query);
            Assert.Equal(RangeFunction().Count(each.Query), RateInterval().Count(each.Query));
            Assert.All(Range().Matches(each.Query), range => Assert.Equal("[$__rate_interval]", range.Value));
        });

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_names_a_host_or_a_data_source(string name)
    {
        foreach (var text in Strings(Dashboard.Read(name).Json))
        {
            Assert.DoesNotContain("://", text, StringComparison.Ordinal);
            Assert.DoesNotContain("localhost", text, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonObject some => some.SelectMany(each => Strings(each.Value)),
        JsonArray some => some.SelectMany(Strings),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    [GeneratedRegex(@"\$\{?([A-Za-z_]+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\b(rate|increase|changes)\(")]
    private static partial Regex RangeFunction();

    [GeneratedRegex(@"\[\$__rate_interval\]")]
    private static partial Regex RateInterval();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();
}
