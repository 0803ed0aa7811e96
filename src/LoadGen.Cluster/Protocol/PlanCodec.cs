using Google.Protobuf;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Cluster.Protocol;

/// <summary>A whole plan as bytes, with everything that its files held, to hand it to another process.</summary>
public static class PlanCodec
{
    /// <summary>The media type of such bytes.</summary>
    public const string MediaType = "application/vnd.loadgen.plan+protobuf";

    /// <summary>The plan as bytes.</summary>
    public static byte[] Encode(Plan plan) => PlanWire.ToWire(plan).ToByteArray();

    /// <summary>The plan that the bytes are of, or everything that is wrong with it; its keys are the places.</summary>
    /// <param name="bytes">What was handed over.</param>
    /// <param name="engines">What each engine can do, by its name in plans.</param>
    public static PlanReading Decode(ReadOnlySpan<byte> bytes, IReadOnlyDictionary<string, EngineCapabilities> engines)
    {
        try
        {
            return PlanWire.Read(Wire.Plan.Parser.ParseFrom(bytes), engines);
        }
        catch (InvalidProtocolBufferException error)
        {
            return new PlanReading.Invalid([new PlanProblem("plan", $"these bytes are not a plan: {error.Message}", "hand plans over with loadgen submit")]);
        }
    }
}
