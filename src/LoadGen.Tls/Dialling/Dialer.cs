using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>Opens TCP connections to targets: resolves the name, checks the resolved address against the policy, connects.</summary>
internal sealed class Dialer(Plan plan, TimeProvider clock)
{
    private readonly AddressPolicy _policy = new(plan.Authorized);
    private readonly NameCache _names = new(clock);
    private readonly IPAddress?[] _literals = [.. plan.Targets.Select(target => IPAddress.TryParse(target.Host, out var address) ? address : null)];
    private uint _turn;

    /// <summary>Explains which targets the policy refuses; empty if none.</summary>
    public async ValueTask<IReadOnlyList<string>> FindRefusedAsync(CancellationToken cancellation)
    {
        var refusals = new List<string>();
        for (var i = 0; i < plan.Targets.Count; i++)
        {
            IPAddress[] addresses;
            try
            {
                addresses = _literals[i] is { } literal ? [literal] : await _names.Resolve(plan.Targets[i].Host).Addresses.WaitAsync(cancellation);
            }
            catch (SocketException)
            {
                // An unresolved name is not refused here: each of its handshakes fails as dns_failure.
                continue;
            }

            if (Array.Find(addresses, address => !_policy.Allows(plan.Targets[i], address)) is { } refused)
            {
                refusals.Add(AddressPolicy.Explain(plan.Targets[i], refused));
            }
        }

        return refusals;
    }

    /// <summary>Connects to a target. The connect timeout counts from here; phases that ended are written to <paramref name="attempt"/>.</summary>
    /// <returns>The connection; <see langword="null"/> if there is none, and <see cref="Attempt.Failure"/> then says why.</returns>
    public async ValueTask<OpenConnection?> DialAsync(int target, Attempt attempt)
    {
        attempt.StartDeadline(plan.Limits.ConnectTimeout);
        attempt.With(plan.Targets[target].Name);
        var address = await AddressOfAsync(target, attempt);
        if (address is null)
        {
            return null;
        }

        if (!_policy.Allows(plan.Targets[target], address))
        {
            attempt.Fail(FailureKind.NotAuthorized, FaultSide.Generator, AddressPolicy.Explain(plan.Targets[target], address));
            return null;
        }

        var endPoint = new IPEndPoint(address, plan.Targets[target].Port);
        attempt.With(plan.Targets[target].Name, endPoint);
        OpenConnection? connection = null;
        try
        {
            connection = OpenConnection.TryOpen(address.AddressFamily, FileBudget.OfProcess);
            if (connection is null)
            {
                attempt.Fail(FailureKind.FilesExhausted, FaultSide.Generator, FileBudget.OfProcess.Refusal);
                return null;
            }

            await connection.Socket.ConnectAsync(endPoint, attempt.Deadline);
            attempt.Mark(Phase.TcpConnect);
            return connection;
        }
        catch (Exception error)
        {
            connection?.Dispose();
            attempt.Fail(error);
            return null;
        }
    }

    private async ValueTask<IPAddress?> AddressOfAsync(int target, Attempt attempt)
    {
        if (_literals[target] is { } literal)
        {
            return literal;
        }

        try
        {
            var (answer, fresh) = _names.Resolve(plan.Targets[target].Host);
            if (!fresh)
            {
                return InTurn(await answer.WaitAsync(attempt.Deadline));
            }

            attempt.Expect(Phase.Dns);
            var addresses = await answer.WaitAsync(attempt.Deadline);
            attempt.Mark(Phase.Dns);

            return InTurn(addresses);
        }
        catch (SocketException error)
        {
            attempt.Expect(Phase.Dns);
            attempt.Fail(FailureKind.DnsFailure, FaultSide.Network, $"{plan.Targets[target].Host}: {SocketFailures.Explain(error)}");
        }
        catch (Exception error)
        {
            attempt.Fail(error);
        }

        return null;
    }

    private IPAddress InTurn(IPAddress[] addresses) => addresses[Interlocked.Increment(ref _turn) % addresses.Length];
}

/// <summary>
/// Caches host name lookups: 30 s for an answer, 1 s for a failure. Load must not fall on the resolver, so connections that
/// need the same name at the same time share one lookup.
/// </summary>
internal sealed class NameCache(TimeProvider clock)
{
    private static readonly TimeSpan KeepAnswer = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepFailure = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The addresses of a host, and whether the caller has to wait for the lookup.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The name does not resolve.</exception>
    public (Task<IPAddress[]> Addresses, bool Fresh) Resolve(string host)
    {
        var entry = _entries.AddOrUpdate(host, NewEntry, (name, present) => IsCurrent(present) ? present : NewEntry(name));
        return (entry.Addresses.Value, !entry.Addresses.Value.IsCompleted);
    }

    private bool IsCurrent(Entry entry)
    {
        var answer = entry.Addresses.Value;
        return !answer.IsCompleted || clock.GetElapsedTime(entry.AskedAt) < (answer.IsCompletedSuccessfully ? KeepAnswer : KeepFailure);
    }

    private Entry NewEntry(string host) => new(new Lazy<Task<IPAddress[]>>(() => Dns.GetHostAddressesAsync(host)), clock.GetTimestamp());

    private sealed record Entry(Lazy<Task<IPAddress[]>> Addresses, long AskedAt);
}
