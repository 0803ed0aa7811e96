namespace LoadGen.BuiltIn;

/// <summary>The first line of a managed target: where it listens and whom to trust.</summary>
/// <param name="Port">On 127.0.0.1.</param>
/// <param name="Authority">PEM of the certificate to trust.</param>
internal sealed record TargetReady(int Port, string Authority);
