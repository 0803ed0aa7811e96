using System.Runtime.CompilerServices;
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

/// <summary>
/// What a coordinator sends to every worker, and every worker tells to a coordinator that takes over: the same bytes each time, so
/// they are made once, and the same bytes that come again are not read again.
/// </summary>
internal sealed class SentToAll<T>(Func<T, byte[]> encode, Func<ByteString, T> decode)
    where T : class
{
    private readonly ConditionalWeakTable<T, ByteString> _encoded = [];
    private Tuple<ByteString, T>? _latest;

    public ByteString Encode(T value) => _encoded.GetValue(value, each => UnsafeByteOperations.UnsafeWrap(encode(each)));

    public T Decode(ByteString bytes)
    {
        var latest = _latest;
        if (latest is null || !latest.Item1.Equals(bytes))
        {
            _latest = latest = Tuple.Create(bytes, decode(bytes));
        }

        return latest.Item2;
    }
}
