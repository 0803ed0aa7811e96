using System.Runtime.CompilerServices;

namespace LoadGen.Core.Handshakes;

/// <summary>How long each phase of one handshake took. A phase that was not seen is absent (<see langword="null"/>), not zero.</summary>
public struct PhaseDurations : IEquatable<PhaseDurations>
{
    /// <summary>The number of phases.</summary>
    public const int Count = 7;

    private Slots _ticksPlusOne;

    /// <summary>The duration of a phase, zero or more; <see langword="null"/> where it was not seen.</summary>
    public TimeSpan? this[Phase phase]
    {
        readonly get => _ticksPlusOne[(int)phase] is > 0 and var ticks ? new TimeSpan(ticks - 1) : null;
        set => _ticksPlusOne[(int)phase] = value is { } duration ? Math.Max(0, duration.Ticks) + 1 : 0;
    }

    public readonly bool Equals(PhaseDurations other) => ((ReadOnlySpan<long>)_ticksPlusOne).SequenceEqual(other._ticksPlusOne);

    public override readonly bool Equals(object? obj) => obj is PhaseDurations other && Equals(other);

    public override readonly int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var ticks in (ReadOnlySpan<long>)_ticksPlusOne)
        {
            hash.Add(ticks);
        }

        return hash.ToHashCode();
    }

    public static bool operator ==(PhaseDurations left, PhaseDurations right) => left.Equals(right);

    public static bool operator !=(PhaseDurations left, PhaseDurations right) => !left.Equals(right);

    // Ticks + 1, so that the default value of the struct says "absent" for every phase.
    [InlineArray(Count)]
    private struct Slots
    {
        private long _first;
    }
}
