using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Protocol;

/// <summary>Assignments as they travel.</summary>
internal static class AssignmentWire
{
    public static Wire.Assignment ToWire(Assignment assignment)
    {
        var wire = new Wire.Assignment { Version = assignment.Version, Divisions = { assignment.Divisions.Select(ToWire) } };
        if (assignment.CutAt is { } cutAt)
        {
            wire.CutAt = cutAt;
        }

        return wire;
    }

    public static Assignment FromWire(Wire.Assignment? wire) => wire is { Divisions.Count: > 0 }
        ? new Assignment(wire.Version, [.. wire.Divisions.Select(FromWire)], wire.HasCutAt ? wire.CutAt : null)
        : throw new ArgumentException("the assignment is missing or divides nothing");

    private static Wire.Division ToWire(Division division) => new()
    {
        Epoch = division.Epoch,
        From = division.From,
        Shares = { division.Shares.Select(share => new Wire.Share { WorkerId = share.WorkerId, Weight = share.Weight }) },
    };

    private static Division FromWire(Wire.Division wire) => wire.Shares.Count > 0 && wire.Shares.All(share => share.Weight > 0)
        ? new Division(wire.Epoch, wire.From, [.. wire.Shares.Select(share => new Share(share.WorkerId, share.Weight))])
        : throw new ArgumentException("a division has nobody in it, or somebody without weight");
}
