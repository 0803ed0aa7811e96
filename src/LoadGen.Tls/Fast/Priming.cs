using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Fast;

/// <summary>
/// Full handshakes for the sake of the sessions that they bring: before the load, so that its first handshakes can resume, and within it
/// where servers give fewer than are used up. They are counted apart. Safe for concurrent use.
/// </summary>
internal sealed class Priming
{
    // Clients of one offer at the same time.
    private const int MostClients = 8;

    // After so many in a row that brought nothing, a server is taken for one that gives no sessions.
    private const int MostInVain = 3;

    /// <summary>The most handshakes before the load, of one offer.</summary>
    private const int MostHandshakes = 2000;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    private int _clients;
    private long _completed;
    private long _failed;

    /// <summary>How many clients of the engine there are.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>There is one client more.</summary>
    public void Began() => Interlocked.Increment(ref _clients);

    /// <summary>There is one client less.</summary>
    public void Ended() => Interlocked.Decrement(ref _clients);

    /// <summary>Makes handshakes of one offer until so many connections find a session each, or the server gives no more.</summary>
    public async Task FillAsync(FastOffer offer, int connections, Func<FastClient> create, int target, int profile, CancellationToken cancellation)
    {
        if (!offer.KeepsSessions)
        {
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(MostTime);
        var left = MostHandshakes;

        // A session that can be resumed again and again is enough.
        using (var first = create())
        {
            await first.PrimeAsync(target, profile, over.Token);
        }

        await Task.WhenAll(Enumerable.Range(0, Math.Clamp(connections, 1, MostClients)).Select(_ => Task.Run(FillByOneAsync, cancellation)));

        async Task FillByOneAsync()
        {
            using var client = create();
            while (!offer.SufficesFor(connections) && IsWorthwhile(offer) && !over.IsCancellationRequested && Interlocked.Decrement(ref left) >= 0)
            {
                await client.PrimeAsync(target, profile, over.Token);
            }
        }
    }

    /// <summary>Counts a handshake.</summary>
    public void Count(FastOffer offer, Outcome outcome, bool hasTickets)
    {
        Interlocked.Increment(ref outcome.IsCompleted ? ref _completed : ref _failed);
        offer.CountPriming(hasTickets);
    }

    /// <summary>Whether an offer's servers may give a session.</summary>
    public static bool IsWorthwhile(FastOffer offer) => offer.InVain < MostInVain;

    /// <summary>What was counted since the last call.</summary>
    public PrimingCount Take() => new(Interlocked.Exchange(ref _completed, 0), Interlocked.Exchange(ref _failed, 0));
}
