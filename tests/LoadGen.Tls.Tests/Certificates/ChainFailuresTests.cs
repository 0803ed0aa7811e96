using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Tests.Certificates;

public sealed class ChainFailuresTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(X509ChainStatusFlags.NoError, null)]
    [InlineData(X509ChainStatusFlags.UntrustedRoot, FailureKind.CertificateUntrusted)]
    [InlineData(X509ChainStatusFlags.PartialChain, FailureKind.CertificateUntrusted)]
    [InlineData(X509ChainStatusFlags.ExplicitDistrust, FailureKind.CertificateUntrusted)]
    [InlineData(X509ChainStatusFlags.NotSignatureValid, FailureKind.CertificateInvalid)]
    [InlineData(X509ChainStatusFlags.NotValidForUsage, FailureKind.CertificateInvalid)]
    public void Each_fault_of_a_chain_has_its_kind(X509ChainStatusFlags faults, FailureKind? kind)
        => Assert.Equal(kind, ChainFailures.Classify([Link("CN=leaf", faults)], faults, Now)?.Kind);

    [Theory]
    [InlineData(-30, -1, FailureKind.CertificateExpired, "expired on 2026-06-14")]
    [InlineData(1, 30, FailureKind.CertificateNotYetValid, "is not valid before 2026-06-16")]
    public void The_certificate_whose_dates_are_wrong_is_named_whatever_else_is_wrong(int from, int to, FailureKind kind, string detail)
    {
        var faults = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot;

        var fault = ChainFailures.Classify(
            [Link("CN=leaf", X509ChainStatusFlags.NoError), Link("CN=intermediate", X509ChainStatusFlags.NotTimeValid, from, to), Link("CN=root", X509ChainStatusFlags.UntrustedRoot)],
            faults,
            Now);

        Assert.Equal(kind, fault?.Kind);
        Assert.Contains($"CN=intermediate {detail}", fault?.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureKind.CertificateExpired, "certificate_expired")]
    [InlineData(FailureKind.CertificateNotYetValid, "certificate_expired")]
    [InlineData(FailureKind.CertificateUntrusted, "unknown_ca")]
    [InlineData(FailureKind.CertificateWrongName, "certificate_unknown")]
    [InlineData(FailureKind.CertificateInvalid, "bad_certificate")]
    public void Each_kind_has_its_alert(FailureKind kind, string alert) => Assert.Equal(alert, ChainFailures.AlertOf(kind).Name());

    private static ChainLink Link(string subject, X509ChainStatusFlags faults, int from = -30, int to = 30) => new(subject, Now.AddDays(from), Now.AddDays(to), faults);
}
