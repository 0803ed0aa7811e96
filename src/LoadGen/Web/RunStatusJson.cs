using System.Text.Json.Serialization;

namespace LoadGen.Web;

/// <summary>Serializers of <see cref="RunStatus"/>, made by the compiler.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(IReadOnlyList<RunStatus>))]
internal sealed partial class RunStatusJson : JsonSerializerContext;
