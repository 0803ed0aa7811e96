using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Protocol;

/// <summary>Slices as they travel.</summary>
internal static class SliceWire
{
    public static Wire.Slice ToWire(Slice slice) => new()
    {
        Epoch = slice.Epoch,
        From = slice.From,
        To = slice.To,
        Offset = slice.Offset,
        Stride = slice.Stride,
        Connections = slice.Connections,
    };

    public static Slice FromWire(Wire.Slice? wire)
        => wire is { Stride: > 0, Offset: >= 0 } && wire.Offset < wire.Stride
            ? new Slice(wire.Epoch, wire.From, wire.To, wire.Offset, wire.Stride, wire.Connections)
            : throw new ArgumentException("the slice is missing or takes no turns");
}
