using Google.Protobuf;
using LoadGen.Core.Plans;

namespace LoadGen.Cluster.Protocol;

/// <summary>Plans as they travel between nodes: documents, held to the rules that every plan is held to.</summary>
internal static class PlanWire
{
    private const int MostTold = 3;

    private static readonly SentToAll<Plan> Plans = new(PlanDocument.Encode, Read);

    public static ByteString Encode(Plan plan) => Plans.Encode(plan);

    /// <summary>The plan in a message of another node.</summary>
    /// <exception cref="ArgumentException">There is none, or it breaks a rule.</exception>
    public static Plan Decode(ByteString document) => Plans.Decode(document);

    private static Plan Read(ByteString document) => PlanDocument.Decode(document.Span, engines: null) switch
    {
        PlanReading.Valid valid => valid.Plan,
        PlanReading.Invalid invalid => throw new ArgumentException(string.Join("; ", invalid.Problems.Take(MostTold).Select(problem => $"{problem.Place}: {problem.Message}"))),
        _ => throw new InvalidOperationException("a plan is valid or it is not"),
    };
}
