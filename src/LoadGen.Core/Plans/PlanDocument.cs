using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Keys;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans;

/// <summary>
/// A whole plan as one JSON text, with everything that its files held, to hand it to another process. It has the keys of a plan
/// file; the process that takes it reads it as it would a file, by the same rules.
/// </summary>
public static class PlanDocument
{
    /// <summary>The media type of such a document.</summary>
    public const string MediaType = "application/vnd.loadgen.plan+json";

    // Text in PEM has characters that the default would escape.
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Readable = new(Compact) { WriteIndented = true };

    /// <summary>The plan as a document.</summary>
    public static byte[] Encode(Plan plan) => JsonSerializer.SerializeToUtf8Bytes(Write(plan), Compact);

    /// <summary>The plan in a document, or everything that is wrong with it; keys such as <c>profiles[0].weight</c> are the places.</summary>
    /// <param name="document">What was handed over.</param>
    /// <param name="engines">What each engine can do, by its name in plans; <see langword="null"/> if the engine's abilities were checked before.</param>
    public static PlanReading Decode(ReadOnlySpan<byte> document, IReadOnlyDictionary<string, EngineCapabilities>? engines) => PlanReader.Read(document, engines);

    /// <summary>What a plan file may hold, as a JSON Schema (draft 2020-12).</summary>
    public static string Schema()
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "A plan of LoadGen" };
        var (plan, load) = (PlanKeys.Section.Schema(), LoadKeys.Section.Schema());
        Move((JsonObject)load["properties"]!, (JsonObject)plan["properties"]!);
        ((JsonObject)plan["properties"]!)[PemTable.Key] = PemTable.Schema();
        Move(plan, schema);
        return schema.ToJsonString(Readable);
    }

    private static JsonObject Write(Plan plan)
    {
        var json = PlanKeys.Section.Write(plan);
        Move(LoadKeys.Section.Write(WrittenLoad.Of(plan.Load)), json);
        PemTable.MoveOut(json);
        return json;
    }

    private static void Move(JsonObject from, JsonObject to)
    {
        foreach (var (key, value) in from.ToList())
        {
            from.Remove(key);
            to[key] = value;
        }
    }
}
