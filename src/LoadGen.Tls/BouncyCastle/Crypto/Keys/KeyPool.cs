using System.Collections.Concurrent;

namespace LoadGen.Tls.BouncyCastle.Crypto.Keys;

/// <summary>
/// Native objects of one key, one for each handshake that uses it at this moment: they may not be used by two threads at once,
/// and making one costs as much as a signature. They live as long as the certificate, which lives as long as the run.
/// </summary>
internal sealed class KeyPool<T>(Func<T> create)
    where T : class, IDisposable
{
    private readonly ConcurrentBag<T> _idle = [];

    public T Take() => _idle.TryTake(out var key) ? key : create();

    public void Return(T key) => _idle.Add(key);
}
