using LoadGen.Cluster.Protocol;

namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>
/// Decodes for all workers of a fleet, an assignment that came to many of them once: each worker does that on a machine of its
/// own, and here a thousand would take the processor from the coordinator.
/// </summary>
internal sealed class SharedAssignment
{
    private readonly Lock _lock = new();
    private byte[] _bytes = [];
    private object? _decoded;

    public object Decode(WireSerializer wire, WireBytes message)
    {
        if (message.Manifest != "assign-work")
        {
            return wire.FromBinary(message.Bytes, message.Manifest);
        }

        lock (_lock)
        {
            if (_decoded is null || !message.Bytes.AsSpan().SequenceEqual(_bytes))
            {
                _decoded = wire.FromBinary(message.Bytes, message.Manifest);
                _bytes = message.Bytes;
            }

            return _decoded;
        }
    }
}
