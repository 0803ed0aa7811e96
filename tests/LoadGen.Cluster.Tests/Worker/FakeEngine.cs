using LoadGen.Core.Handshakes;

namespace LoadGen.Cluster.Tests.Worker;

/// <summary>An engine whose handshakes are what a test says.</summary>
internal sealed class FakeEngine(Func<CancellationToken, Task<Outcome>> handshake) : IHandshakeEngine
{
    public static readonly Negotiated Kind = new(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false);

    private int _running;
    private int _most;

    public string Name => "fake";

    public string Crypto => "none";

    /// <summary>The most handshakes that ran at the same time.</summary>
    public int MostAtOnce => _most;

    public static Outcome Completed => Outcome.Completed(Kind, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), default, null);

    public IHandshakeClient CreateClient() => new Client(this);

    public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => new([]);

    public void Dispose()
    {
    }

    private sealed class Client(FakeEngine engine) : IHandshakeClient
    {
        private int _here;

        public async ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
        {
            Assert.Equal(1, Interlocked.Increment(ref _here));
            var running = Interlocked.Increment(ref engine._running);
            for (var most = engine._most; running > most; most = engine._most)
            {
                Interlocked.CompareExchange(ref engine._most, running, most);
            }

            try
            {
                return await engine.Handshake(cancellation);
            }
            finally
            {
                Interlocked.Decrement(ref engine._running);
                Interlocked.Decrement(ref _here);
            }
        }

        public ValueTask<HeldConnection?> HoldAsync(CancellationToken cancellation) => ValueTask.FromResult<HeldConnection?>(null);

        public void Dispose()
        {
        }
    }

    private Task<Outcome> Handshake(CancellationToken cancellation) => handshake(cancellation);
}
