using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Plans;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// Where the connections to one target go: the host and port to dial, and the order of the addresses that the host stands for.
/// Each address has its turn. One that does not answer is passed over for one of the other family, as browsers do (RFC 8305), and
/// is last in line for a while; addresses of one family are servers of their own, and a dead one of them fails its handshakes.
/// Safe for concurrent use.
/// </summary>
internal sealed class Route
{
    private static readonly TimeSpan AvoidFor = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<IPAddress, Endpoint> _known = new();
    private uint _turn;

    public Route(Plan plan, Target target, TimeProvider clock)
    {
        _clock = clock;
        Target = target;
        (Host, Port) = Routes.DialledOf(plan, target);
        End = Routes.EndOf(plan, target);
        Authority = plan.Resolve.Any(rule => rule.Matches(Host, Port)) ? null : Host;
        Fixed = target.SocketPath is null && Routes.FixedAddresses(plan, Host, Port) is { } addresses ? [.. addresses] : null;
        Socket = target.SocketPath is { } path ? new Endpoint(new UnixDomainSocketEndPoint(path), AddressText.UnixPrefix + path) : null;
    }

    public Target Target { get; }

    /// <summary>What is dialled: the target's host, or a proxy's.</summary>
    public string Host { get; }

    public int Port { get; }

    /// <summary>What a proxy is asked to connect to.</summary>
    public (string Host, int Port) End { get; }

    /// <summary>
    /// The host whose authorisation is one for its addresses; <see langword="null"/> if the plan chose the addresses: each must then be
    /// authorised itself, or a plan could go anywhere by an authorised name.
    /// </summary>
    public string? Authority { get; }

    /// <summary>The addresses of the host; <see langword="null"/> if it must be resolved.</summary>
    public IPAddress[]? Fixed { get; }

    /// <summary>The Unix domain socket that is dialled; <see langword="null"/> for none.</summary>
    public Endpoint? Socket { get; }

    /// <summary>The address whose turn it is, and one of the other family to go on with if it does not answer.</summary>
    /// <param name="addresses">What the host stands for; at least one.</param>
    public (Endpoint First, Endpoint? Other) Next(IPAddress[] addresses)
    {
        if (addresses is [var only])
        {
            return (EndpointOf(only), null);
        }

        var turn = Interlocked.Increment(ref _turn) - 1;
        var first = InTurn(addresses, turn, static (_, _) => true, default)!;
        return (first, InTurn(addresses, turn / (uint)addresses.Length, static (address, family) => address.AddressFamily != family, first.Family));
    }

    /// <summary>Puts an address that did not answer last in line for a while.</summary>
    public void Avoid(Endpoint endpoint) => endpoint.AvoidUntil = _clock.GetTimestamp() + (long)(AvoidFor.TotalSeconds * _clock.TimestampFrequency);

    // Those that answered lately come first; each of them has the same part of the turns.
    private Endpoint? InTurn(IPAddress[] addresses, uint turn, Func<IPAddress, AddressFamily, bool> fits, AddressFamily family)
    {
        var now = _clock.GetTimestamp();
        var (fitting, answering) = (0u, 0u);
        foreach (var address in addresses)
        {
            fitting += fits(address, family) ? 1u : 0;
            answering += fits(address, family) && EndpointOf(address).AvoidUntil <= now ? 1u : 0;
        }

        if (fitting == 0)
        {
            return null;
        }

        var skip = turn % (answering > 0 ? answering : fitting);
        foreach (var address in addresses)
        {
            // An address may be put last in line by another connection since they were counted: then the last one that fits will do.
            if (fits(address, family) && (answering == 0 || EndpointOf(address).AvoidUntil <= now) && skip-- == 0)
            {
                return EndpointOf(address);
            }
        }

        return EndpointOf(Array.FindLast(addresses, address => fits(address, family))!);
    }

    private Endpoint EndpointOf(IPAddress address)
        => _known.TryGetValue(address, out var known) ? known
            : _known.GetOrAdd(address, static (address, port) => new Endpoint(new IPEndPoint(address, port), new IPEndPoint(address, port).ToString()), Port);
}

/// <summary>An address that can be dialled. One instance for each in a run.</summary>
/// <param name="address">The address.</param>
/// <param name="text">As people write it.</param>
internal sealed class Endpoint(EndPoint address, string text)
{
    private long _avoidUntil;

    public EndPoint Address => address;

    public AddressFamily Family => address.AddressFamily;

    /// <summary>The IP address; <see langword="null"/> for a Unix domain socket.</summary>
    public IPAddress? IP => (address as IPEndPoint)?.Address;

    /// <summary>The time stamp until which others of its name come first.</summary>
    public long AvoidUntil
    {
        get => Volatile.Read(ref _avoidUntil);
        set => Volatile.Write(ref _avoidUntil, value);
    }

    public override string ToString() => text;
}
