using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>A mapping of the plan: its keys, and a value of which nothing is written.</summary>
/// <param name="what">What messages call it, such as <c>a target</c>.</param>
/// <param name="initial">The value with its defaults.</param>
/// <param name="keys">Every key that it may have.</param>
internal sealed class Section<T>(string what, T initial, IReadOnlyList<PlanKey<T>> keys)
    where T : class
{
    public T Initial => initial;

    public IEnumerable<string> Names => keys.Where(key => !key.IsFlagOnly).Select(key => key.Name);

    /// <summary>Reads a mapping that has these keys and no others.</summary>
    /// <returns><see langword="null"/> if anything in it was reported.</returns>
    public T? Read(PlanNode node, string path, PlanContext context)
    {
        var before = context.Problems.Count;
        var mapping = PlanMapping.Of(node, what, [.. Names], context.Problems);
        var value = mapping is null ? initial : Read(mapping, path, context);
        return context.Problems.Count == before ? value : null;
    }

    /// <summary>Reads the keys of a mapping that has others too.</summary>
    public T Read(PlanMapping mapping, string path, PlanContext context)
    {
        var value = initial;
        foreach (var key in keys.Where(key => !key.IsFlagOnly && !key.FlagsAdd))
        {
            if (mapping.Node(key.Name) is { } node)
            {
                value = key.Read(node, PathOf(path, key), context)?.Invoke(value) ?? value;
            }
            else if (key.IsRequired)
            {
                context.Problems.Add(mapping.Place, $"{what} has no \"{key.Name}\"", $"add {key.Name}: {key.Example}");
            }
        }

        return value;
    }

    /// <summary>Reads what the flags set; what comes back puts it into a section.</summary>
    /// <param name="mapping">The section in the plan, for keys whose flags add to it.</param>
    /// <param name="path">The section's path.</param>
    /// <param name="flags">The command line.</param>
    /// <param name="context">Where problems and places go.</param>
    public Func<T, T> ReadFlags(PlanMapping? mapping, string path, PlanFlags flags, PlanContext context)
    {
        var setters = new List<Func<T, T>>();
        foreach (var key in keys)
        {
            var node = key.NodeOf(flags, context);
            if (key.FlagsAdd)
            {
                node = PlanNode.Joined(mapping?.Node(key.Name), node);
            }

            if (node is not null && key.Read(node, PathOf(path, key), context) is { } set)
            {
                setters.Add(set);
            }
        }

        return section => setters.Aggregate(section, (value, set) => set(value));
    }

    /// <summary>Refuses what an engine cannot do, and names those that can.</summary>
    /// <param name="section">The section.</param>
    /// <param name="path">Its path.</param>
    /// <param name="who">Who asks for it, such as <c>profile modern</c>.</param>
    /// <param name="engine">The engine's name.</param>
    /// <param name="context">Where problems go.</param>
    public void CheckEngine(T section, string path, string who, string engine, PlanContext context)
    {
        foreach (var key in keys)
        {
            foreach (var refusal in key.Needs(section, context.Engines![engine]))
            {
                var place = context.PlaceOf(PathOf(path, key) + (refusal.Entry is { } entry ? $"[{entry}]" : ""));
                context.Problems.Add(
                    place, $"engine {engine} cannot {refusal.Cannot}, which {who} asks for", context.EngineRemedy(other => !key.Needs(section, other).Any(each => each.Cannot == refusal.Cannot)));
            }
        }
    }

    /// <summary>What an engine lacks for the section.</summary>
    public IEnumerable<Refusal> RefusalsOf(T section, EngineCapabilities engine) => keys.SelectMany(key => key.Needs(section, engine));

    public JsonObject Write(T section)
    {
        var json = new JsonObject();
        foreach (var key in keys)
        {
            if (key.Write(section) is { } value)
            {
                json[key.Name] = value;
            }
        }

        return json;
    }

    public JsonObject Schema() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(keys.Where(key => !key.IsFlagOnly).Select(key => KeyValuePair.Create(key.Name, (JsonNode?)key.Schema()))),
        ["required"] = new JsonArray([.. keys.Where(key => key.IsRequired).Select(key => JsonValue.Create(key.Name))]),
        ["additionalProperties"] = false,
    };

    public void Describe(string section, ICollection<PlanReferenceEntry> reference)
    {
        foreach (var key in keys)
        {
            key.Describe(section, initial, reference);
        }
    }

    private static string PathOf(string path, PlanKey<T> key) => path.Length == 0 ? key.Name : $"{path}.{key.Name}";
}
