using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoadGen.Core.Plans.Reading;

/// <summary>
/// Builds the tree of nodes of a plan: from the YAML of a file, or from the JSON of a document. YamlDotNet's events, unlike its own
/// tree, let a duplicate key through, so that it is one problem among the others.
/// </summary>
internal sealed class PlanTree
{
    // A plan needs five; the limit keeps hostile input from exhausting the stack.
    internal const int MostLevels = 16;

    private readonly Parser _parser;
    private readonly string _file;
    private readonly Dictionary<string, PlanNode> _anchors = [];

    private PlanTree(string yamlText, string file)
    {
        _parser = new Parser(new StringReader(yamlText));
        _file = file;
    }

    /// <summary>The root of the only document; <see langword="null"/>, and one problem, if there is none to use.</summary>
    public static PlanNode.Mapping? Read(string yamlText, string file, ProblemList problems)
    {
        try
        {
            return new PlanTree(yamlText, file).ReadStream(problems);
        }
        catch (YamlException fault)
        {
            problems.Add(PlaceOf(file, fault.Start), $"not valid YAML: {fault.Message.TrimEnd('.')}", "correct the syntax here or just before");
            return null;
        }
    }

    /// <summary>The tree of a JSON value; the places are its keys.</summary>
    /// <param name="json">The value.</param>
    /// <param name="path">Its path, such as <c>profiles[0]</c>.</param>
    public static PlanNode Of(JsonElement json, string path)
    {
        var place = Place.OfKey(path.Length == 0 ? "plan" : path);
        return json.ValueKind switch
        {
            JsonValueKind.Object => new PlanNode.Mapping(place, [.. json.EnumerateObject().Select(member =>
            {
                var key = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                return KeyValuePair.Create(new PlanNode.Scalar(Place.OfKey(key), member.Name, IsQuoted: true), Of(member.Value, key));
            })]),
            JsonValueKind.Array => new PlanNode.Sequence(place, [.. json.EnumerateArray().Index().Select(item => Of(item.Item, $"{path}[{item.Index}]"))]),
            JsonValueKind.String => new PlanNode.Scalar(place, json.GetString()!, IsQuoted: true),
            JsonValueKind.Null => new PlanNode.Scalar(place, "", IsQuoted: false),
            _ => new PlanNode.Scalar(place, json.GetRawText(), IsQuoted: true),
        };
    }

    private static Place PlaceOf(string file, Mark mark) => new(file, mark.Line, mark.Column, IsFlag: false);

    private PlanNode.Mapping? ReadStream(ProblemList problems)
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            problems.Add(Place.OfFile(_file), "the plan is empty", "write at least targets: and load:");
            return null;
        }

        var root = ReadNode(level: 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
        {
            problems.Add(PlaceOf(_file, second.Start), "a second YAML document begins", "write one plan a file");
            return null;
        }

        if (root is not PlanNode.Mapping mapping)
        {
            problems.Add(root.Place, $"the plan is {root.Kind}", "write keys and values, such as name: first-run");
            return null;
        }

        return mapping;
    }

    private PlanNode ReadNode(int level)
    {
        var start = _parser.Consume<ParsingEvent>();
        if (level > MostLevels)
        {
            throw new SemanticErrorException(start.Start, start.End, $"More than {MostLevels} levels.");
        }

        if (start is AnchorAlias alias)
        {
            return _anchors.TryGetValue(alias.Value.Value, out var target)
                ? target
                : throw new SemanticErrorException(alias.Start, alias.End, $"Alias *{alias.Value} has no anchor before it.");
        }

        var place = PlaceOf(_file, start.Start);
        PlanNode node = start switch
        {
            YamlDotNet.Core.Events.Scalar scalar => new PlanNode.Scalar(place, scalar.Value, scalar.Style != ScalarStyle.Plain),
            SequenceStart => new PlanNode.Sequence(place, ReadItems(level)),
            MappingStart => new PlanNode.Mapping(place, ReadEntries(level)),
            _ => throw new SemanticErrorException(start.Start, start.End, "Expected a value."),
        };
        if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            _anchors[anchored.Anchor.Value] = node;
        }

        return node;
    }

    private List<PlanNode> ReadItems(int level)
    {
        var items = new List<PlanNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(level + 1));
        }

        return items;
    }

    private List<KeyValuePair<PlanNode.Scalar, PlanNode>> ReadEntries(int level)
    {
        var entries = new List<KeyValuePair<PlanNode.Scalar, PlanNode>>();
        while (!_parser.TryConsume<MappingEnd>(out var _))
        {
            var at = _parser.Current!;
            var key = ReadNode(level + 1) as PlanNode.Scalar
                ?? throw new SemanticErrorException(at.Start, at.End, "A key must be a word.");
            entries.Add(new(key, ReadNode(level + 1)));
        }

        return entries;
    }
}
