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
    [InlineData("error:0A000435:SSL routines::reason(1077)", FailureKind.AlertReceived, "alert_77")]
    [InlineData("error:0A08000D:SSL routines::ASN1 lib", FailureKind.CertificateInvalid, null)]
    [InlineData("error:0A000153:SSL routines::no renegotiation", FailureKind.AlertReceived, "no_renegotiation")]
    [InlineData("error:0A0003E8:SSL routines::reason(1000)", FailureKind.ClosedEarly, null)]
    [InlineData("SSL Handshake failed with OpenSSL error - SSL_ERROR_ZERO_RETURN.", FailureKind.ClosedEarly, null)]
    [InlineData("Cannot determine the frame size or a corrupted frame was received.", FailureKind.ProtocolError, null)]
    public void Each_message_has_its_kind_and_its_alert(string message, FailureKind kind, string? alert)
        => Assert.Equal((kind, FaultSide.Server, alert), SslStreamFailures.Classify(["Authentication failed, see inner exception.", message]));

    [Theory]
    [InlineData(FailureKind.AlertReceived, "access_denied", "error:0A000419:SSL routines::tlsv1 alert access denied", "the server sent alert access_denied")]
    [InlineData(FailureKind.ClosedEarly, null, "SSL Handshake failed with OpenSSL error - SSL_ERROR_ZERO_RETURN.", "the server closed the connection before the handshake finished")]
    [InlineData(
        FailureKind.ProtocolError, null, "error:0A0000F4:SSL routines::unexpected message", "the server broke the protocol: unexpected message (OpenSSL error 0A0000F4)")]
    [InlineData(FailureKind.CertificateInvalid, null, "error:0A08000D:SSL routines::ASN1 lib", "malformed certificate: ASN1 lib (OpenSSL error 0A08000D)")]
    public void A_failure_is_told_in_a_sentence(FailureKind kind, string? alert, string message, string sentence)
        => Assert.Equal(sentence, SslStreamFailures.Explain(kind, alert, message));
}
