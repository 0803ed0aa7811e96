using System.Text.Json.Nodes;

namespace LoadGen.Core.Plans.Reading;

/// <summary>
/// The certificates and keys of a document, each once: targets share their authorities, and client certificates their issuers. In the
/// places of the PEM texts stand their numbers in the table, such as <c>pem:0 pem:7</c>.
/// </summary>
internal static class PemTable
{
    /// <summary>The key of the table in a document.</summary>
    public const string Key = "pem";

    private const string Prefix = "pem:";
    private const string End = "-----END ";
    private const string LineEnd = "-----";

    /// <summary>More characters than a plan's certificates and keys may have in all its places, each text once.</summary>
    private const int MostCharacters = 4 * (PlanRules.MostAuthorityCharacters + PlanRules.MostIdentityCharacters);

    // The keys that may have PEM texts.
    private static readonly string[] Places = ["ca", "cert", "key"];

    /// <summary>What the table may hold, as a JSON Schema.</summary>
    public static JsonObject Schema() => new()
    {
        ["type"] = "array",
        ["items"] = new JsonObject { ["type"] = "string" },
        ["description"] = "The certificates and keys of a plan that is handed over, each once; pem:0 stands for the first.",
    };

    /// <summary>Moves the PEM texts of a document into its table.</summary>
    public static void MoveOut(JsonObject document)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        MoveOut(document, numbers);
        if (numbers.Count > 0)
        {
            document[Key] = new JsonArray([.. numbers.OrderBy(entry => entry.Value).Select(entry => JsonValue.Create(entry.Key))]);
        }
    }

    /// <summary>The document with the texts of its table in their places.</summary>
    public static PlanNode PutBack(PlanNode document, ProblemList problems)
    {
        if (document is not PlanNode.Mapping root || root.Entries.FirstOrDefault(entry => entry.Key.Text == Key) is not { Value: PlanNode.Sequence table } tableEntry)
        {
            return document;
        }

        var reader = new Reader([.. table.Items.Select(item => (item as PlanNode.Scalar)?.Text ?? "")], problems);
        return reader.PutBack(root with { Entries = [.. root.Entries.Where(entry => entry.Key != tableEntry.Key)] });
    }

    private static void MoveOut(JsonNode? node, Dictionary<string, int> numbers)
    {
        switch (node)
        {
            case JsonObject mapping:
                foreach (var (key, value) in mapping.ToList())
                {
                    if (value is JsonValue text && Places.Contains(key) && text.GetValue<string>() is var pem && pem.StartsWith("-----BEGIN ", StringComparison.Ordinal))
                    {
                        mapping[key] = string.Join(' ', Blocks(pem).Select(block => $"{Prefix}{Number(block, numbers)}"));
                    }
                    else
                    {
                        MoveOut(value, numbers);
                    }
                }

                break;
            case JsonArray list:
                foreach (var item in list.ToList())
                {
                    MoveOut(item, numbers);
                }

                break;
        }
    }

    private static int Number(string block, Dictionary<string, int> numbers)
    {
        numbers.TryAdd(block, numbers.Count);
        return numbers[block];
    }

    // Each block with its BEGIN and END lines; plans hold nothing else around them.
    private static IEnumerable<string> Blocks(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var label = text.IndexOf(End, at, StringComparison.Ordinal);
            var end = label < 0 ? text.Length : text.IndexOf(LineEnd, label + End.Length, StringComparison.Ordinal) + LineEnd.Length;
            if (text[at..end].Trim() is { Length: > 0 } block)
            {
                yield return block;
            }

            at = end;
        }
    }

    private sealed class Reader(IReadOnlyList<string> table, ProblemList problems)
    {
        private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
        private long _characters;

        public PlanNode PutBack(PlanNode node) => node switch
        {
            PlanNode.Mapping mapping => mapping with { Entries = [.. mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, PutBack(entry.Key.Text, entry.Value)))] },
            PlanNode.Sequence list => list with { Items = [.. list.Items.Select(PutBack)] },
            _ => node,
        };

        private PlanNode PutBack(string key, PlanNode value)
            => value is PlanNode.Scalar scalar && Places.Contains(key) && scalar.Text.StartsWith(Prefix, StringComparison.Ordinal) ? scalar with { Text = TextOf(scalar) } : PutBack(value);

        // The same numbers stand for the same text object, however many targets have it.
        private string TextOf(PlanNode.Scalar numbers)
        {
            if (_texts.TryGetValue(numbers.Text, out var known))
            {
                return known;
            }

            var blocks = new List<string>();
            foreach (var number in numbers.Text.Split(' '))
            {
                if (!number.StartsWith(Prefix, StringComparison.Ordinal) || !uint.TryParse(number.AsSpan(Prefix.Length), out var index) || index >= table.Count
                    || (_characters += table[(int)index].Length) > MostCharacters)
                {
                    problems.Add(numbers.Place, $"{Written.Quote(number)} is not in the plan's table of PEM texts, or makes them too long", "hand the plan over with loadgen submit");
                    return "";
                }

                blocks.Add(table[(int)index]);
            }

            return _texts[numbers.Text] = string.Join('\n', blocks);
        }
    }
}
