using System.Text.RegularExpressions;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>What reading one plan needs and learns: the engines, the files, every problem, and where each value was written.</summary>
/// <param name="engines">What each engine can do, by its name in plans; <see langword="null"/> for a plan that a node has read already.</param>
/// <param name="folder">Where relative paths in the plan start; <see langword="null"/> if it may name no files.</param>
internal sealed partial class PlanContext(IReadOnlyDictionary<string, EngineCapabilities>? engines, string? folder)
{
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    public ProblemList Problems { get; } = new();

    /// <summary>Room for the certificates of authorities.</summary>
    public PemBudget Authorities { get; } = new(PlanRules.MostAuthorityCharacters);

    /// <summary>Room for client certificates and their keys.</summary>
    public PemBudget Identities { get; } = new(PlanRules.MostIdentityCharacters);

    public IReadOnlyDictionary<string, EngineCapabilities>? Engines => engines;

    /// <summary>Remembers where a value was written. What a flag says is of every section: <c>profiles[*].resume</c>.</summary>
    public void Note(string path, Place place) => _places[path] = place;

    /// <summary>Where just this value was written; <see langword="null"/> if it was not.</summary>
    public Place? Where(string path) => _places.GetValueOrDefault(path);

    /// <summary>Where a value was written: by a flag, by the plan, or else the place of the section that would have it.</summary>
    public Place PlaceOf(string path)
    {
        for (var part = path; ; part = part[..Math.Max(part.LastIndexOf('.'), part.LastIndexOf('['))])
        {
            if (_places.TryGetValue(SectionIndex().Replace(part, "$1[*]"), out var place) || _places.TryGetValue(part, out place))
            {
                return place;
            }

            if (part.LastIndexOfAny(['.', '[']) < 0)
            {
                return _places.GetValueOrDefault("") ?? Place.OfKey(path);
            }
        }
    }

    /// <summary>The entries of a list that must have some; none, and one problem, if it is another thing.</summary>
    public IReadOnlyList<PlanNode> EntriesOf(PlanNode node, string key)
    {
        if (node is PlanNode.Sequence { Items: { Count: > 0 } items })
        {
            return items;
        }

        Problems.Add(node.Place, $"\"{key}\" is {(node is PlanNode.Sequence ? "an empty list" : node.Kind)}", "write a list, each entry beginning with \"-\"");
        return [];
    }

    /// <summary>The names that a plan may use: those that any engine knows. <see langword="null"/> if the engines are not asked.</summary>
    public string[]? Known(Func<EngineCapabilities, IEnumerable<string>> names)
        => engines is null ? null : [.. engines.Values.SelectMany(names).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public string EngineRemedy(Predicate<EngineCapabilities> can)
    {
        var others = engines!.Where(candidate => can(candidate.Value)).Select(candidate => candidate.Key).Order(StringComparer.Ordinal).ToList();
        return others.Count == 0 ? "leave it out; no engine can do it" : $"use engine {string.Join(" or ", others)}, or leave it out";
    }

    /// <summary>The path of a file that a value names; <see langword="null"/>, and one problem, if it may name none.</summary>
    public string? PathOf(Written written)
    {
        if (written.Place.IsFlag)
        {
            return Path.GetFullPath(written.Text);
        }

        if (folder is not null)
        {
            return Path.Combine(folder, written.Text);
        }

        Problems.Add(written.Place, "a plan that is handed over names a file", "hand it over with loadgen submit, or write the PEM text in its place");
        return null;
    }

    [GeneratedRegex(@"^(\w+)\[\d+\]")]
    private static partial Regex SectionIndex();
}

/// <summary>How much PEM text a plan may have of one kind; the same text counts once, as it travels once.</summary>
/// <param name="most">In characters.</param>
internal sealed class PemBudget(int most)
{
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private long _characters;

    public int Most => most;

    /// <summary>Whether the text still fits in.</summary>
    public bool TryAdd(string pem)
    {
        _characters += _texts.Add(pem) ? pem.Length : 0;
        return _characters <= most;
    }
}
