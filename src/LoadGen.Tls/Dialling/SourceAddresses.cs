using System.Net;
using System.Net.Sockets;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// The local addresses that a plan lets connections come from, in turn: of those, the ones that this machine has. Safe for
/// concurrent use.
/// </summary>
public sealed class SourceAddresses
{
    private readonly IPEndPoint[] _v4;
    private readonly IPEndPoint[] _v6;
    private uint _turn;

    /// <exception cref="ArgumentException">This machine has none of them.</exception>
    internal SourceAddresses(IReadOnlyList<IPAddress> addresses)
    {
        var own = addresses.Where(IsOwn).ToList();
        if (addresses.Count > 0 && own.Count == 0)
        {
            throw new ArgumentException(Refusal(addresses));
        }

        IsAny = addresses.Count == 0;
        _v4 = [.. own.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Select(address => new IPEndPoint(address, 0))];
        _v6 = [.. own.Where(address => address.AddressFamily == AddressFamily.InterNetworkV6).Select(address => new IPEndPoint(address, 0))];
    }

    /// <summary>Explains why no connection can come from these addresses; <see langword="null"/> if one can.</summary>
    public static string? ExplainMissing(IReadOnlyList<IPAddress> addresses) => addresses.Count > 0 && !addresses.Any(IsOwn) ? Refusal(addresses) : null;

    /// <summary>Whether the choice is left to the system.</summary>
    internal bool IsAny { get; }

    /// <summary>Whether there is one to connect from to an address of this family.</summary>
    internal bool Serve(AddressFamily family) => IsAny || family == AddressFamily.Unix || Of(family).Length > 0;

    /// <summary>The next one of a family; <see langword="null"/> to leave the choice to the system.</summary>
    internal IPEndPoint? Next(AddressFamily family)
        => IsAny || family == AddressFamily.Unix ? null
            : Of(family) is [_, ..] addresses ? addresses[(Interlocked.Increment(ref _turn) - 1) % addresses.Length]
            : null;

    private IPEndPoint[] Of(AddressFamily family) => family == AddressFamily.InterNetwork ? _v4 : _v6;

    private static string Refusal(IReadOnlyList<IPAddress> addresses)
        => $"cannot connect from {string.Join(", ", addresses)}: this machine has no such address; name some of its own (ip address), or leave --source out";

    private static bool IsOwn(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
