using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace LoadGen.Core.Handshakes;

/// <summary>
/// The steps of one TLS client handshake, in order. Each is timed from the end of the step before it, so that the
/// phases of a handshake add up to its whole: from the start to success. Every time stamp is taken at the wire: when bytes were handed to the
/// kernel, or when the bytes that hold a message came back from it. Work of the client between two reads is therefore
/// part of the phase that ends with its next write, never of the server's.
/// </summary>
public enum Phase
{
    /// <summary>Name resolution. Absent when the target is an address, or its name was resolved a moment ago.</summary>
    Dns,

    /// <summary>TCP: SYN to established; where an address did not answer, with the time that it took to go on to the next.</summary>
    TcpConnect,

    /// <summary>Established to the tunnel open, through an HTTP proxy. Absent where there is none.</summary>
    ProxyConnect,

    /// <summary>Connection (or tunnel) to the server's go-ahead for TLS, in the protocol spoken before it. Absent where there is none.</summary>
    [JsonStringEnumMemberName("starttls")]
    StartTls,

    /// <summary>Connection, tunnel or go-ahead to the first byte of ClientHello handed to the kernel: the client's own computing.</summary>
    ClientHello,

    /// <summary>First byte of ClientHello handed to the kernel to ServerHello received (a HelloRetryRequest and its answer included).</summary>
    ServerHello,

    /// <summary>
    /// ServerHello received to the end of the server's flight: Finished in TLS 1.3 (RFC 8446 section 2), ServerHelloDone
    /// in TLS 1.2 (RFC 5246 section 7.3). Zero when both came in one read.
    /// </summary>
    ServerFlight,

    /// <summary>End of the server's flight to our Finished handed to the kernel: the client's own computing.</summary>
    ClientFinished,

    /// <summary>
    /// Our Finished to the first thing of the server that shows that it accepted it: its Finished in a full handshake of TLS 1.2, otherwise
    /// the first byte of its answer or its close_notify where the profile asks for one. Absent where nothing was awaited.
    /// </summary>
    ServerConfirmed,

    /// <summary>
    /// The server's Finished, where that came after ours (TLS 1.2), to the first byte of its answer or its close_notify where the profile
    /// asks for one. Absent where the answer itself is what confirms.
    /// </summary>
    FirstResponse,
}

/// <summary>How long each phase of one handshake took. A phase that was not seen is absent (<see langword="null"/>), not zero.</summary>
public struct PhaseDurations : IEquatable<PhaseDurations>
{
    /// <summary>The number of phases.</summary>
    public const int Count = 10;

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
