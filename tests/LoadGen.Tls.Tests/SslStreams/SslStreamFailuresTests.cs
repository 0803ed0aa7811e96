using LoadGen.Core.Handshakes;
using LoadGen.Tls.SslStreams;

namespace LoadGen.Tls.Tests.SslStreams;

public sealed class SslStreamFailuresTests
{
    [Theory]
    [InlineData("error:0A000410:SSL routines::ssl/tls alert handshake failure", FailureKind.AlertReceived, "handshake_failure")]
    [InlineData("error:0A00042E:SSL routines::tlsv1 alert protocol version", FailureKind.AlertReceived, "protocol_version")]
    [InlineData("error:0A000418:SSL routines::tlsv1 alert unknown ca", FailureKind.AlertReceived, "unknown_ca")]
    [InlineData("error:0A00010B:SSL routines::wrong version number", FailureKind.ProtocolError, null)]
    [InlineData("Received an unexpected EOF or 0 bytes from the transport stream.", FailureKind.ClosedEarly, null)]
    [InlineData("Cannot determine the frame size or a corrupted frame was received.", FailureKind.ProtocolError, null)]
    public void Each_message_has_its_kind_and_its_alert(string message, FailureKind kind, string? alert)
        => Assert.Equal((kind, FaultSide.Server, alert), SslStreamFailures.Classify(["Authentication failed, see inner exception.", message]));
}
