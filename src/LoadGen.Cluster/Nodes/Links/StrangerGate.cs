using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Generator;

namespace LoadGen.Cluster.Nodes.Links;

/// <summary>
/// Keeps connections few whose other side has not shown yet that it has business here, so that they cannot use up this process's
/// file descriptors. Where there is one too many, the oldest of the source that has most of them is closed. Those who know what to say
/// say it at once, and so get through a crowd that says nothing.
/// </summary>
/// <param name="most">How many there may be.</param>
public sealed class StrangerGate(int most)
{
    private const int Smallest = 8;
    private const int Largest = 64;

    // A run needs the descriptors that are left nearly all for itself.
    private const int ShareOfDescriptors = 8;

    private readonly Lock _lock = new();
    private readonly List<Place> _oldestFirst = [];

    /// <summary>How many strangers there may be.</summary>
    public int Most => most;

    /// <summary>How many strangers there are now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _oldestFirst.Count;
            }
        }
    }

    /// <summary>A gate as large as the descriptors allow that this process has left.</summary>
    public static StrangerGate ForThisProcess() => new(Math.Clamp(DescriptorsLeft() / ShareOfDescriptors, Smallest, Largest));

    /// <summary>Lets a stranger in, at the cost of another one perhaps.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="turnAway">Closes its connection; called when its place is needed.</param>
    public Place Enter(IPAddress source, Action turnAway)
    {
        var place = new Place(this, SourceOf(source), turnAway);
        Place? ousted = null;
        lock (_lock)
        {
            _oldestFirst.Add(place);
            if (_oldestFirst.Count > Most)
            {
                // The first group of that size is the one with the oldest place; order within groups stays.
                ousted = _oldestFirst.GroupBy(each => each.Source).MaxBy(group => group.Count())!.First();
                _oldestFirst.Remove(ousted);
            }
        }

        ousted?.TurnAway();
        return place;
    }

    // A host with one IPv6 address has all that begin with the same 64 bits (RFC 4291 section 2.5.1).
    private static IPAddress SourceOf(IPAddress address)
    {
        var source = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return source.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress([.. source.GetAddressBytes().AsSpan(0, 8), .. new byte[8]]) : source;
    }

    private static int DescriptorsLeft()
        => ProcessLimits.OpenFiles - ProcessLimits.CountOpenFiles() ?? int.MaxValue;

    /// <summary>The place of one stranger.</summary>
    public sealed class Place
    {
        private readonly StrangerGate _gate;

        internal Place(StrangerGate gate, IPAddress source, Action turnAway)
        {
            _gate = gate;
            Source = source;
            TurnAway = turnAway;
        }

        internal IPAddress Source { get; }

        internal Action TurnAway { get; }

        /// <summary>Gives the place back: the peer has authenticated, or the connection has closed.</summary>
        /// <returns>Whether it still had it; it was turned away otherwise.</returns>
        public bool Leave()
        {
            lock (_gate._lock)
            {
                return _gate._oldestFirst.Remove(this);
            }
        }
    }
}
