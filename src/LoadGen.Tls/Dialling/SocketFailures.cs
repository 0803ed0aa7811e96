using System.Net.Sockets;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Dialling;

/// <summary>What an error of a socket means, before and after the connection was established.</summary>
internal static class SocketFailures
{
    /// <summary>The kind and the side at fault.</summary>
    public static (FailureKind Kind, FaultSide Side) Classify(SocketError error, Phase phase) => error switch
    {
        SocketError.ConnectionRefused => (FailureKind.ConnectionRefused, FaultSide.Server),
        SocketError.TimedOut when phase <= Phase.TcpConnect => (FailureKind.ConnectTimeout, FaultSide.Network),
        SocketError.TimedOut => (FailureKind.HandshakeTimeout, FaultSide.Network),
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown
            => (FailureKind.Unreachable, FaultSide.Network),
        // A write to a connection that the peer has reset comes back as a broken pipe, which .NET calls Shutdown.
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown
            => (FailureKind.ConnectionReset, FaultSide.Server),
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => (FailureKind.PortsExhausted, FaultSide.Generator),
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => (FailureKind.FilesExhausted, FaultSide.Generator),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery
            => (FailureKind.DnsFailure, FaultSide.Network),
        SocketError.AccessDenied => (FailureKind.Unreachable, FaultSide.Network),
        _ => (FailureKind.InternalError, FaultSide.Generator),
    };

    /// <summary>A failure in that phase.</summary>
    public static Failure ToFailure(SocketException error, Phase phase)
    {
        var (kind, side) = Classify(error.SocketErrorCode, phase);
        return new Failure(kind, phase, side, null, error.Message);
    }
}
