using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Tests.Certificates;

public sealed class ChainFailuresTests
{
    [Theory]
    [InlineData(X509ChainStatusFlags.NoError, false, null)]
    [InlineData(X509ChainStatusFlags.NotTimeValid, false, FailureKind.CertificateExpired)]
    [InlineData(X509ChainStatusFlags.NotTimeValid, true, FailureKind.CertificateNotYetValid)]
    [InlineData(X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot, false, FailureKind.CertificateExpired)]
    [InlineData(X509ChainStatusFlags.UntrustedRoot, false, FailureKind.CertificateUntrusted)]
    [InlineData(X509ChainStatusFlags.PartialChain, false, FailureKind.CertificateUntrusted)]
    [InlineData(X509ChainStatusFlags.ExplicitDistrust, false, FailureKind.CertificateUntrusted)]
    [InlineData(X509ChainStatusFlags.NotSignatureValid, false, FailureKind.CertificateInvalid)]
    [InlineData(X509ChainStatusFlags.NotValidForUsage, false, FailureKind.CertificateInvalid)]
    public void Each_fault_of_a_chain_has_its_kind(X509ChainStatusFlags faults, bool notYetValid, FailureKind? kind)
        => Assert.Equal(kind, ChainFailures.Classify(faults, notYetValid));

    [Theory]
    [InlineData(FailureKind.CertificateExpired, "certificate_expired")]
    [InlineData(FailureKind.CertificateNotYetValid, "certificate_expired")]
    [InlineData(FailureKind.CertificateUntrusted, "unknown_ca")]
    [InlineData(FailureKind.CertificateWrongName, "certificate_unknown")]
    [InlineData(FailureKind.CertificateInvalid, "bad_certificate")]
    public void Each_kind_has_its_alert(FailureKind kind, string alert) => Assert.Equal(alert, ChainFailures.AlertOf(kind).Name());
}
