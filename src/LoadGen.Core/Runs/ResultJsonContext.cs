using System.Text.Json.Serialization;

namespace LoadGen.Core.Runs;

/// <summary>Serializers of <see cref="RunResult"/>, made by the compiler.</summary>
[JsonSerializable(typeof(RunResult))]
internal sealed partial class ResultJsonContext : JsonSerializerContext;
