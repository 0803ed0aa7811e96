using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Interop;

/// <summary>Keeps the server of the test before, for the next one that wants the same.</summary>
public sealed class InteropServers : IAsyncDisposable
{
    private (object Key, ITlsServer Server)? _current;

    public TestAuthority Authority { get; } = new();

    /// <summary>The running server of a key, or a new one; one runs at a time.</summary>
    public async Task<ITlsServer> GetAsync(object key, Func<Task<ITlsServer>> start)
    {
        if (_current is not { } current || !current.Key.Equals(key))
        {
            await StopAsync();
            _current = current = (key, await start());
        }

        return current.Server;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Authority.Dispose();
    }

    private async Task StopAsync()
    {
        if (_current is { } current)
        {
            _current = null;
            await current.Server.DisposeAsync();
        }
    }
}
