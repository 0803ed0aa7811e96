namespace LoadGen.Core.Handshakes;

/// <summary>An implementation of the TLS client. One instance serves a worker for the length of a run and is safe for concurrent use.</summary>
public interface IHandshakeEngine : IDisposable
{
    /// <summary>The engine's name in plans and results.</summary>
    string Name { get; }

    /// <summary>Whose cryptography it uses on this machine, for a person, such as <c>native (OpenSSL 3.0.19, libsodium 1.0.22)</c>.</summary>
    string Crypto { get; }

    /// <summary>
    /// Makes a client for one connection slot. It runs one handshake at a time and keeps its buffers from one to the next.
    /// </summary>
    IHandshakeClient CreateClient();

    /// <summary>
    /// Resolves every target and says which addresses policy forbids, before anything is dialled. A name that does not
    /// resolve is no refusal: its handshakes fail, each as <see cref="FailureKind.DnsFailure"/>.
    /// </summary>
    /// <returns>One sentence with the remedy for each refused target; empty if all may be loaded.</returns>
    ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation);
}
