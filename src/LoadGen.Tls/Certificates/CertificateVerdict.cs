using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Certificates;

/// <summary>What was found out about a server's chain.</summary>
/// <param name="Fault">What is wrong with it; <see langword="null"/> if it is accepted.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Summary">The leaf, for the result.</param>
internal sealed record CertificateVerdict(FailureKind? Fault, string Detail, CertificateSummary? Summary);
