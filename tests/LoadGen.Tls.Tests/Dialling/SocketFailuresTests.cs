using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.Tests.Dialling;

public sealed class SocketFailuresTests
{
    [Theory]
    [InlineData(SocketError.ConnectionRefused, Phase.TcpConnect, FailureKind.ConnectionRefused, FaultSide.Server)]
    [InlineData(SocketError.TimedOut, Phase.TcpConnect, FailureKind.ConnectTimeout, FaultSide.Network)]
    [InlineData(SocketError.TimedOut, Phase.ServerHello, FailureKind.HandshakeTimeout, FaultSide.Network)]
    [InlineData(SocketError.HostUnreachable, Phase.TcpConnect, FailureKind.Unreachable, FaultSide.Network)]
    [InlineData(SocketError.NetworkUnreachable, Phase.TcpConnect, FailureKind.Unreachable, FaultSide.Network)]
    [InlineData(SocketError.ConnectionReset, Phase.ServerHello, FailureKind.ConnectionReset, FaultSide.Server)]
    [InlineData(SocketError.Shutdown, Phase.ClientFinished, FailureKind.ConnectionReset, FaultSide.Server)]
    [InlineData(SocketError.AddressNotAvailable, Phase.TcpConnect, FailureKind.PortsExhausted, FaultSide.Generator)]
    [InlineData(SocketError.TooManyOpenSockets, Phase.TcpConnect, FailureKind.FilesExhausted, FaultSide.Generator)]
    [InlineData(SocketError.HostNotFound, Phase.Dns, FailureKind.DnsFailure, FaultSide.Network)]
    [InlineData(SocketError.NotSocket, Phase.ServerHello, FailureKind.InternalError, FaultSide.Generator)]
    public void Each_error_of_a_socket_has_its_kind_and_its_side(SocketError error, Phase phase, FailureKind kind, FaultSide side)
        => Assert.Equal((kind, side), SocketFailures.Classify(error, phase));
}
