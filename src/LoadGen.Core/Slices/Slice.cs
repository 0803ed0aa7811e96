using System.Collections.Immutable;

namespace LoadGen.Core.Slices;

/// <summary>
/// The arrivals that belong to one worker in one epoch: of those from <paramref name="From"/> up to but not including
/// <paramref name="To"/>, the ones whose turn is the worker's, in every round of <paramref name="Stride"/> turns. Taking turns
/// keeps each worker's share of any second within an arrival or two of what its weight says.
/// </summary>
/// <param name="Epoch">The division of work it belongs to, from 1.</param>
/// <param name="From">The first arrival of the epoch.</param>
/// <param name="To">The first arrival after it.</param>
/// <param name="Turns">This worker's turns in each round, ascending, each from 0 to <paramref name="Stride"/> - 1; at least one.</param>
/// <param name="Stride">How many turns a round has, at least 1.</param>
/// <param name="Connections">How many connections this worker may have open.</param>
public sealed record Slice(int Epoch, long From, long To, ImmutableArray<int> Turns, int Stride, int Connections)
{
    /// <summary>How many arrivals the slice has.</summary>
    public long Count
    {
        get
        {
            if (To <= From)
            {
                return 0;
            }

            var (rounds, rest) = Math.DivRem(To - From, Stride);
            var begun = Turns.BinarySearch((int)rest);
            return (rounds * Turns.Length) + (begun < 0 ? ~begun : begun);
        }
    }

    /// <summary>The index in the whole schedule of this slice's arrival number <paramref name="k"/>, from 0.</summary>
    public long ArrivalAt(long k)
    {
        var (round, turn) = Math.DivRem(k, Turns.Length);
        return From + (round * Stride) + Turns[(int)turn];
    }

    public bool Equals(Slice? other) => other is not null && (Epoch, From, To, Stride, Connections) == (other.Epoch, other.From, other.To, other.Stride, other.Connections)
        && Turns.SequenceEqual(other.Turns);

    public override int GetHashCode() => HashCode.Combine(Epoch, From, To, Stride, Connections);
}
