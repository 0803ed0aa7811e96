using System.Collections.Immutable;
using System.IO.Compression;
using Google.Protobuf;
using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Protocol;

/// <summary>
/// Assignments as they travel. They name every worker in every epoch, so they are
/// compressed: to a thousand workers, what is sent would fill a network for longer than a change of the division may take.
/// </summary>
internal static class AssignmentWire
{
    /// <summary>More than a thousand epochs of a thousand workers; no malformed assignment may ask for more memory.</summary>
    private const int LargestBytes = 64 << 20;

    private static readonly SentToAll<Assignment> Assignments = new(EncodeAnew, DecodeAnew);

    public static ByteString Encode(Assignment assignment) => Assignments.Encode(assignment);

    public static Assignment Decode(ByteString bytes) => Assignments.Decode(bytes);

    private static byte[] EncodeAnew(Assignment assignment)
    {
        using var bytes = new MemoryStream();
        using (var compressed = new BrotliStream(bytes, CompressionLevel.Optimal))
        {
            ToWire(assignment).WriteTo(compressed);
        }

        return bytes.ToArray();
    }

    private static Assignment DecodeAnew(ByteString bytes)
    {
        using var compressed = new BrotliStream(new MemoryStream(bytes.ToByteArray()), CompressionMode.Decompress);
        try
        {
            using var limited = CodedInputStream.CreateWithLimits(compressed, LargestBytes, recursionLimit: 4);
            return FromWire(Wire.Assignment.Parser.ParseFrom(limited));
        }
        catch (Exception error) when (error is InvalidOperationException or InvalidDataException)
        {
            throw new ArgumentException("the assignment cannot be decompressed", error);
        }
    }

    private static Wire.Assignment ToWire(Assignment assignment)
    {
        var wire = new Wire.Assignment { Term = assignment.Term, Version = assignment.Version, Divisions = { assignment.Divisions.Select(ToWire) } };
        if (assignment.CutAt is { } cutAt)
        {
            wire.CutAt = cutAt;
        }

        return wire;
    }

    private static Assignment FromWire(Wire.Assignment wire)
    {
        ImmutableArray<Division> divisions = [.. wire.Divisions.Select(FromWire)];
        if (divisions.IsEmpty || divisions.Zip(divisions.Skip(1)).Any(pair => pair.First.Epoch >= pair.Second.Epoch || pair.First.From > pair.Second.From))
        {
            throw new ArgumentException("the assignment has no divisions, or they are out of order");
        }

        long? cutAt = wire.HasCutAt ? WireValues.Within("the cut", wire.CutAt, 0, long.MaxValue) : null;
        return new Assignment(WireValues.Version(wire.Version), divisions, cutAt) { Term = WireValues.Term(wire.Term) };
    }

    private static Wire.Division ToWire(Division division) => new()
    {
        Epoch = division.Epoch,
        From = division.From,
        Shares = { division.Shares.Select(share => new Wire.Share { WorkerId = share.WorkerId, Weight = share.Weight }) },
    };

    private static Division FromWire(Wire.Division wire)
    {
        ImmutableArray<Share> shares = [.. wire.Shares.Select(share => new Share(WireValues.WorkerId(share.WorkerId), WireValues.Weight(share.Weight)))];
        return shares.Length > 0 && shares.Select(share => share.WorkerId).Distinct(StringComparer.Ordinal).Count() == shares.Length
            ? new Division((int)WireValues.Within("the epoch", wire.Epoch, 1, int.MaxValue), WireValues.Within("the arrival", wire.From, 0, long.MaxValue), shares)
            : throw new ArgumentException("a division has no workers, or a worker twice");
    }
}
