using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Runs;

/// <summary>Results as JSON.</summary>
public static class RunResultJson
{
    private static readonly ResultJsonContext Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        // The result is a file of its own, never part of a page: names in other scripts stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new BoundedTextConverter() },
    });

    /// <summary>Writes a result.</summary>
    public static void Write(RunResult result, Stream stream) => JsonSerializer.Serialize(stream, result, Json.RunResult);

    /// <summary>Reads a result.</summary>
    /// <exception cref="FormatException">It is not JSON, not a result, or of another schema; the message says which.</exception>
    public static RunResult Read(Stream stream)
    {
        try
        {
            var result = JsonSerializer.Deserialize(stream, Json.RunResult) ?? throw new FormatException("the file is empty");
            return result.Schema == RunResult.CurrentSchema
                ? result
                : throw new FormatException($"the result has schema {result.Schema}; this version reads schema {RunResult.CurrentSchema}");
        }
        catch (JsonException error)
        {
            throw new FormatException($"the file is not a result: {error.Message}", error);
        }
    }
}

/// <summary>A result that is read may come from anywhere: its texts are a peer's.</summary>
internal sealed class BoundedTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String ? BoundedText.Of(reader.GetString()!) : throw new JsonException("a text is no string");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => BoundedText.Of(reader.GetString()!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
}

/// <summary>Serializers of <see cref="RunResult"/>, made by the compiler.</summary>
[JsonSerializable(typeof(RunResult))]
internal sealed partial class ResultJsonContext : JsonSerializerContext;

/// <summary>What the built-in target counted itself, to hold against the generator's books.</summary>
public sealed record BuiltInTargetCounts(long Full, long Resumed, long Failed);
