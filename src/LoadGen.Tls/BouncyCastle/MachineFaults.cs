using LoadGen.Core.Handshakes;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// Says who is to blame for what BouncyCastle threw. Whoever sends the alert, a fault in what the server sent is the server's; ours
/// is only what our own code could not do.
/// </summary>
internal static class MachineFaults
{
    /// <param name="error">What was thrown.</param>
    /// <param name="verdict">The verdict on the server's chain; <see langword="null"/> before there is one.</param>
    /// <param name="awaited">What was still to come.</param>
    /// <param name="hintAt">What may be behind an alert of the server; usually empty.</param>
    public static MachineFault Of(IOException error, CertificateVerdict? verdict, string awaited, Func<TlsAlert, string> hintAt) => error switch
    {
        TlsFatalAlertReceived { AlertDescription: var description } => ServerFaults.AlertReceived((TlsAlert)description, hintAt((TlsAlert)description)),
        UnreadableChain chain => ServerFaults.Rejected(FailureKind.CertificateInvalid, AlertOf(chain), chain.Message),
        TlsFatalAlert alert when verdict is { Fault: { } kind } => ServerFaults.Rejected(kind, AlertOf(alert), verdict.Detail),
        TlsFatalAlert { AlertDescription: AlertDescription.internal_error } alert => new(
            FailureKind.AlertSent, FaultSide.Client, AlertOf(alert).Name(), alert.InnerException?.Message ?? alert.Message),
        // What a certificate may be used for, and what it cannot be used for here.
        TlsFatalAlert { AlertDescription: AlertDescription.bad_certificate or AlertDescription.unsupported_certificate or AlertDescription.certificate_unknown } alert
            => ServerFaults.Rejected(FailureKind.CertificateInvalid, AlertOf(alert), $"the server's certificate cannot be used: {alert.Message}"),
        TlsFatalAlert alert => ServerFaults.Broken(AlertOf(alert), alert.Message),
        TlsNoCloseNotifyException => new(FailureKind.ClosedEarly, FaultSide.Server, null, $"the server closed the connection before {awaited}"),
        _ => new(FailureKind.ProtocolError, FaultSide.Server, null, $"the server broke the protocol: {error.Message}"),
    };

    /// <summary>Whether an error says that a server's message cannot be decoded; others thrown while it is read are errors of the code that reads it.</summary>
    public static bool IsUndecodable(Exception error) => error
        is ArgumentException or FormatException or ArithmeticException or IndexOutOfRangeException or InvalidDataException
        or System.Security.Cryptography.CryptographicException or Org.BouncyCastle.Crypto.CryptoException or Org.BouncyCastle.Security.GeneralSecurityException;

    /// <summary>Whether an error at a chain is of its certificates: messages that are due at another time or end too early are not.</summary>
    public static bool IsOfChain(Exception error) => error is not TlsFatalAlert
    {
        InnerException: null, AlertDescription: not (AlertDescription.bad_certificate or AlertDescription.unsupported_certificate or AlertDescription.certificate_unknown),
    };

    private static TlsAlert AlertOf(TlsFatalAlert alert) => (TlsAlert)alert.AlertDescription;
}

/// <summary>A chain that cannot be read.</summary>
internal sealed class UnreadableChain(Exception cause)
    : TlsFatalAlert((short)TlsAlert.bad_certificate, $"malformed certificate: {cause.Message}", cause);
