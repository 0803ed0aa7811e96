using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Certificates;

/// <summary>What the faults of a chain mean, and the alert that tells the server (RFC 8446 section 6.2).</summary>
internal static class ChainFailures
{
    /// <summary>
    /// The kind of a chain with these faults. Dates come first: an expired certificate is the likeliest to be found and the
    /// easiest to mend, and is often untrusted as well only because nothing after its end is checked.
    /// </summary>
    public static FailureKind? Classify(X509ChainStatusFlags faults, bool notYetValid)
    {
        if (faults.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return notYetValid ? FailureKind.CertificateNotYetValid : FailureKind.CertificateExpired;
        }

        const X509ChainStatusFlags untrusted = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain
            | X509ChainStatusFlags.ExplicitDistrust;
        return (faults & untrusted) != 0 ? FailureKind.CertificateUntrusted
            : faults != X509ChainStatusFlags.NoError ? FailureKind.CertificateInvalid
            : null;
    }

    /// <summary>The number of the alert for a kind.</summary>
    public static byte AlertOf(FailureKind kind) => kind switch
    {
        FailureKind.CertificateExpired or FailureKind.CertificateNotYetValid => 45,
        FailureKind.CertificateUntrusted => 48,
        FailureKind.CertificateWrongName => 46,
        _ => 42,
    };
}
