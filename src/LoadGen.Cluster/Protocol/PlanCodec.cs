using Google.Protobuf;
using LoadGen.Core.Plans;

namespace LoadGen.Cluster.Protocol;

/// <summary>A whole plan as bytes, with everything that its files held, to hand it to another process.</summary>
public static class PlanCodec
{
    /// <summary>The media type of such bytes.</summary>
    public const string MediaType = "application/vnd.loadgen.plan+protobuf";

    /// <summary>The plan as bytes.</summary>
    public static byte[] Encode(Plan plan) => PlanWire.ToWire(plan).ToByteArray();

    /// <summary>The plan that the bytes are of.</summary>
    /// <exception cref="FormatException">They are of none.</exception>
    public static Plan Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return PlanWire.FromWire(Wire.Plan.Parser.ParseFrom(bytes));
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            throw new FormatException($"this is not a plan: {error.Message}", error);
        }
    }
}
