using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace LoadGen.Cluster.Protocol;

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
