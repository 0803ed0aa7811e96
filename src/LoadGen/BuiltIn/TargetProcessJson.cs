using System.Text.Json.Serialization;
using LoadGen.Core.Runs;

namespace LoadGen.BuiltIn;

/// <summary>The lines between the program and its managed target.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TargetReady))]
[JsonSerializable(typeof(BuiltInTargetCounts))]
internal sealed partial class TargetProcessJson : JsonSerializerContext;
