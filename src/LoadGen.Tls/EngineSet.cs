using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls;

/// <summary>The engines of a plan whose profiles have different ones: each makes the handshakes of its own profiles.</summary>
internal sealed class EngineSet : IHandshakeEngine
{
    private readonly IHandshakeEngine[] _engines;

    // For each profile of the plan its engine, and its place among the profiles of that engine.
    private readonly (int Engine, int Profile)[] _places;

    /// <param name="plan">The plan.</param>
    /// <param name="parts">The engines, each with the profiles that it was made for, as indexes into the plan's.</param>
    public EngineSet(Plan plan, IReadOnlyList<(int[] Profiles, IHandshakeEngine Engine)> parts)
    {
        _engines = [.. parts.Select(part => part.Engine)];
        _places = new (int, int)[plan.Profiles.Count];
        foreach (var (engine, part) in parts.Index())
        {
            foreach (var (place, profile) in part.Profiles.Index())
            {
                _places[profile] = (engine, place);
            }
        }
    }

    public string Name => string.Join(", ", _engines.Select(engine => engine.Name));

    public string Crypto => string.Join("; ", _engines.Select(engine => $"{engine.Name}: {engine.Crypto}"));

    public IHandshakeClient CreateClient() => new Client(this);

    // They have the same targets.
    public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => _engines[0].FindRefusedTargetsAsync(cancellation);

    public async Task PrimeAsync(int connections, CancellationToken cancellation)
    {
        foreach (var engine in _engines)
        {
            await engine.PrimeAsync(connections, cancellation);
        }
    }

    public PrimingCount TakePriming() => _engines.Aggregate(default(PrimingCount), (sum, engine) => sum + engine.TakePriming());

    public void Dispose() => Array.ForEach(_engines, engine => engine.Dispose());

    /// <summary>The clients of one connection slot, made when they are first needed.</summary>
    private sealed class Client(EngineSet set) : IHandshakeClient
    {
        private readonly IHandshakeClient?[] _clients = new IHandshakeClient?[set._engines.Length];
        private IHandshakeClient? _last;

        public ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
        {
            var (engine, place) = set._places[profile];
            _last = _clients[engine] ??= set._engines[engine].CreateClient();
            return _last.HandshakeAsync(target, place, cancellation);
        }

        public ValueTask<HoldEnd?> HoldAsync(CancellationToken cancellation) => _last?.HoldAsync(cancellation) ?? default;

        public void Dispose() => Array.ForEach(_clients, client => client?.Dispose());
    }
}
