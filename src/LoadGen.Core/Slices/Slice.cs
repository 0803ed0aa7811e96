namespace LoadGen.Core.Slices;

/// <summary>
/// The arrivals that belong to one worker in one epoch: of those from <paramref name="From"/> up to but not including
/// <paramref name="To"/>, every <paramref name="Stride"/>th, beginning with number <paramref name="Offset"/>. Taking turns
/// keeps each worker's share of any second within one arrival of every other's.
/// </summary>
/// <param name="Epoch">The division of work it belongs to, from 1.</param>
/// <param name="From">The first arrival of the epoch.</param>
/// <param name="To">The first arrival after it.</param>
/// <param name="Offset">This worker's turn, 0 to <paramref name="Stride"/> - 1.</param>
/// <param name="Stride">How many workers take turns, at least 1.</param>
/// <param name="Connections">How many connections this worker may have open.</param>
public sealed record Slice(int Epoch, long From, long To, int Offset, int Stride, int Connections)
{
    /// <summary>How many arrivals the slice has.</summary>
    public long Count => To - From <= Offset ? 0 : (To - From - Offset + Stride - 1) / Stride;

    /// <summary>The index in the whole schedule of this slice's arrival number <paramref name="k"/>, from 0.</summary>
    public long ArrivalAt(long k) => From + Offset + (k * Stride);
}
