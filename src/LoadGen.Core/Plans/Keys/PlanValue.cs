using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans.Keys;

/// <summary>What a value of the plan may be: how it is read, how it is written so that it is read again as the same, and its JSON Schema.</summary>
internal abstract class PlanValue<T>
{
    /// <summary>Reads a value, or reports why it cannot be used.</summary>
    public abstract bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out T value);

    /// <summary>The value as a plan has it; <see langword="null"/> if it is left out.</summary>
    public abstract JsonNode? Write(T value);

    public abstract JsonObject Schema();

    /// <summary>Adds the keys of the sections in it to the reference.</summary>
    public virtual void Describe(string section, ICollection<PlanReferenceEntry> reference)
    {
    }
}

/// <summary>A value that is one word, number or text.</summary>
internal abstract class ScalarValue<T> : PlanValue<T>
{
    /// <summary>Text, which is what most values are written as.</summary>
    public override JsonObject Schema() => new() { ["type"] = "string" };

    public sealed override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out T value)
    {
        if (node is PlanNode.Scalar { IsMissing: false } scalar)
        {
            return TryRead(new Written(scalar.Text, scalar.Place), context, out value);
        }

        value = default;
        context.Problems.Add(node.Place, $"\"{path[(path.LastIndexOf('.') + 1)..]}\" is {node.Kind}", "write a single value");
        return false;
    }

    protected abstract bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out T value);

    protected static bool Refuse(Written written, string fault, string remedy, PlanContext context)
    {
        context.Problems.Add(written.Place, $"{written.Quoted} {fault}", remedy);
        return false;
    }
}

/// <summary>Text that keeps a rule.</summary>
/// <param name="what">What it is, such as <c>a server name</c>.</param>
/// <param name="keeps">The rule.</param>
/// <param name="remedy">What to write instead.</param>
internal sealed class TextValue(string what, Predicate<string> keeps, string remedy) : ScalarValue<string>
{
    public override JsonNode Write(string value) => value;

    protected override bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out string value)
    {
        value = written.Text;
        return keeps(value) || Refuse(written, $"is not {what}", remedy, context);
    }
}

/// <summary>A whole number.</summary>
internal sealed class WholeValue(long least, long most) : ScalarValue<long>
{
    public override JsonNode Write(long value) => value;

    public override JsonObject Schema() => new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    protected override bool TryRead(Written written, PlanContext context, out long value)
        => (long.TryParse(written.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most)
            || Refuse(written, "is not a whole number in range", $"write {least} to {most}, without separators", context);
}

/// <summary>A duration with its unit.</summary>
internal sealed class DurationValue(TimeSpan least, TimeSpan most) : ScalarValue<TimeSpan>
{
    public override JsonNode Write(TimeSpan value) => DurationText.Format(value);

    public override JsonObject Schema() => new() { ["type"] = "string", ["examples"] = new JsonArray("250ms", "10s", "1m30s") };

    protected override bool TryRead(Written written, PlanContext context, out TimeSpan value)
        => !DurationText.TryParse(written.Text, out value) ? Refuse(written, "is not a duration", $"write a number and a unit, such as {DurationText.Examples}", context)
            : (value >= least && value <= most)
                || Refuse(written, "is out of range", $"write {DurationText.Format(least)} to {DurationText.Format(most)}", context);
}

/// <summary>A rate in arrivals per second, at most <see cref="PlanRules.MostPerSecond"/>.</summary>
internal sealed class RateValue(bool mayBeZero) : ScalarValue<double>
{
    public override JsonNode Write(double value) => RateText.Format(value);

    public override JsonObject Schema() => new() { ["type"] = "string", ["examples"] = new JsonArray("2000/s", "600/m") };

    protected override bool TryRead(Written written, PlanContext context, out double value)
    {
        // On the command line a plain number has meant "per second" to users of other load generators.
        var isRate = written.Place.IsFlag ? RateText.TryParseOrPerSecond(written.Text, out value) : RateText.TryParse(written.Text, out value);
        return !isRate ? Refuse(written, "is not a rate", $"write a number and a unit, such as {RateText.Examples}", context)
            : PlanRules.IsRate(value, mayBeZero)
                || Refuse(written, "is out of range", $"write {(mayBeZero ? "0/s" : "more than 0/s")} to {PlanRules.MostPerSecond}/s", context);
    }
}

/// <summary>A percentage, as a ratio from 0 to 1.</summary>
internal sealed class PercentValue : ScalarValue<double>
{
    public override JsonNode Write(double value) => PercentText.Format(value);

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = @"^[0-9.]+\s*%$" };

    protected override bool TryRead(Written written, PlanContext context, out double value) => PercentText.TryParse(written.Text, out value)
        || Refuse(written, "is not a percentage", $"write 0% to 100%, such as {PercentText.Examples}", context);
}

/// <summary>True or false.</summary>
internal sealed class SwitchValue : ScalarValue<bool>
{
    public override JsonNode Write(bool value) => value;

    public override JsonObject Schema() => new() { ["type"] = "boolean" };

    protected override bool TryRead(Written written, PlanContext context, out bool value)
        => bool.TryParse(written.Text, out value) || Refuse(written, "is not true or false", DidYouMean.Remedy(written.Text, ["true", "false"]), context);
}

/// <summary>One of the names of an enum, whatever its case.</summary>
/// <param name="what">What it chooses, such as <c>a way to close</c>.</param>
/// <param name="known">The values that engines know; by default all.</param>
internal sealed class ChoiceValue<T>(string what, Func<EngineCapabilities, IEnumerable<T>>? known = null) : ScalarValue<T>
    where T : struct, Enum
{
    public override JsonNode Write(T value) => value.Name();

    // To YAML a name such as 1.3 is a number, unless it is in quotes.
    public override JsonObject Schema() => new()
    {
        ["enum"] = new JsonArray([.. EnumNames.All<T>().SelectMany(name
            => NumberText.TryParse(name, out var number) ? (JsonNode[])[JsonValue.Create(name), JsonValue.Create(number)] : [JsonValue.Create(name)])]),
    };

    protected override bool TryRead(Written written, PlanContext context, out T value)
    {
        var names = (known is null ? null : context.Known(engine => known(engine).Select(each => each.Name()))) ?? EnumNames.All<T>();
        var name = names.FirstOrDefault(candidate => candidate.Equals(written.Text.Trim(), StringComparison.OrdinalIgnoreCase));
        value = default;
        return name is null ? Refuse(written, $"is not {what}", DidYouMean.Remedy(written.Text, names), context) : EnumNames.TryParse(name, out value);
    }
}

/// <summary>One of the names that engines know, whatever its case.</summary>
/// <param name="what">What it names, such as <c>a group</c>.</param>
/// <param name="known">The names.</param>
/// <param name="aliases">Other names for them.</param>
internal sealed class NameValue(
    string what, Func<EngineCapabilities, IEnumerable<string>> known, IReadOnlyDictionary<string, string>? aliases = null) : ScalarValue<string>
{
    public override JsonNode Write(string value) => value;

    protected override bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out string value)
    {
        var text = written.Text.Trim();
        text = aliases?.GetValueOrDefault(text.ToUpperInvariant()) ?? text;
        if (context.Known(known) is not { } names)
        {
            // A plan that a node has read: its engine is asked again where the handshakes are run.
            value = text;
            return text.Length <= PlanRules.LongestName || Refuse(written, $"is not {what}", "run the same version of loadgen on every node", context);
        }

        value = names.FirstOrDefault(candidate => candidate.Equals(text, StringComparison.OrdinalIgnoreCase));
        return value is not null || Refuse(written, $"is not {what}", DidYouMean.Remedy(written.Text, names), context);
    }
}

/// <summary>The name of an engine.</summary>
/// <param name="mayBeAny">Whether the choice may be left open.</param>
internal sealed class EngineValue(bool mayBeAny) : ScalarValue<string>
{
    public override JsonNode Write(string value) => value;

    protected override bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out string value)
    {
        value = written.Text.Trim();
        return (mayBeAny && value == Plan.AnyEngine) || (context.Engines is { } engines ? engines.ContainsKey(value) : PlanRules.IsLabel(value))
            || Refuse(written, "is not an engine", DidYouMean.Remedy(value, [.. mayBeAny ? [Plan.AnyEngine] : Array.Empty<string>(), .. (context.Engines?.Keys ?? []).Order(StringComparer.Ordinal)]), context);
    }
}

/// <summary>A condition on the result.</summary>
internal sealed class ThresholdValue : ScalarValue<Threshold>
{
    public override JsonNode Write(Threshold value) => value.Expression;

    protected override bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out Threshold value)
        => ThresholdParser.TryParse(written.Text, out value, out var remedy) || Refuse(written, "is not a threshold", remedy!, context);
}

/// <summary>A list, or a value alone for a list of one.</summary>
/// <param name="item">One of them.</param>
/// <param name="isSame">Which values may not both be there; by default equal ones.</param>
internal sealed class ListValue<T>(PlanValue<T> item, Func<T, T, bool>? isSame = null) : PlanValue<IReadOnlyList<T>>
    where T : notnull
{
    public override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        var before = context.Problems.Count;
        var values = new List<T>();
        var known = new HashSet<T>();
        if (node is PlanNode.Sequence { Items.Count: 0 })
        {
            context.Problems.Add(node.Place, "an empty list", "name at least one, or leave the key out");
        }

        foreach (var (index, entry) in PlanNode.AsList(node).Index())
        {
            var entryPath = $"{path}[{index}]";
            context.Note(entryPath, entry.Place);
            if (!item.TryRead(entry, entryPath, context, out var one))
            {
                continue;
            }

            if (isSame is null ? !known.Add(one) : values.Exists(earlier => isSame(earlier, one)))
            {
                context.Problems.Add(entry.Place, $"{entry.Kind} is listed twice", "list it once");
            }

            values.Add(one);
        }

        value = values;
        return context.Problems.Count == before;
    }

    public override JsonNode? Write(IReadOnlyList<T> value) => value.Count == 0 ? null : new JsonArray([.. value.Select(item.Write)]);

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(item.Schema(), new JsonObject { ["type"] = "array", ["items"] = item.Schema(), ["minItems"] = 1 }),
    };
}

/// <summary>A value that may be absent from the section, and is written only if it is there.</summary>
internal sealed class OptionalValue<T>(PlanValue<T> present) : PlanValue<T?>
    where T : struct
{
    public override bool TryRead(PlanNode node, string path, PlanContext context, out T? value)
    {
        var isRead = present.TryRead(node, path, context, out var read);
        value = isRead ? read : null;
        return isRead;
    }

    public override JsonNode? Write(T? value) => value is { } one ? present.Write(one) : null;

    public override JsonObject Schema() => present.Schema();
}

/// <summary>A section under a key.</summary>
internal sealed class SectionValue<T>(Section<T> section) : PlanValue<T>
    where T : class
{
    public override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out T value)
    {
        value = section.Read(node, path, context);
        return value is not null;
    }

    public override JsonNode? Write(T value) => section.Write(value) is { Count: > 0 } json ? json : null;

    public override JsonObject Schema() => section.Schema();

    public override void Describe(string parent, ICollection<PlanReferenceEntry> reference) => section.Describe(parent, reference);
}
