using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LoadGen.Deploy.Tests.Charts;

/// <summary>YAML as JSON on one line, with the types that Kubernetes would see: only plain scalars are numbers or truth values.</summary>
internal static class YamlJson
{
    public static string Of(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return JsonSerializer.Serialize(ValueOf(Assert.Single(stream.Documents).RootNode));
    }

    private static object? ValueOf(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => ValueOf(pair.Value)),
        YamlSequenceNode list => list.Children.Select(ValueOf).ToList(),
        YamlScalarNode { Style: not ScalarStyle.Plain } text => text.Value,
        YamlScalarNode { Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Value: "" or "null" or "~" } => null,
        YamlScalarNode number when long.TryParse(number.Value, out var whole) => whole,
        YamlScalarNode number when double.TryParse(number.Value, out var real) => real,
        YamlScalarNode text => text.Value,
        _ => throw new NotSupportedException(node.NodeType.ToString()),
    };
}
