using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>Opens TCP connections to targets: resolves, asks policy about the resolved address, connects.</summary>
internal sealed class Dialer(Plan plan, TimeProvider clock)
{
    private readonly AddressPolicy _policy = new(plan.Authorized);
    private readonly NameCache _names = new(clock);
    private readonly IPAddress?[] _literals = [.. plan.Targets.Select(target => IPAddress.TryParse(target.Host, out var address) ? address : null)];
    private uint _turn;

    /// <summary>Says which targets policy refuses.</summary>
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
                // Nothing can be dialled, so there is nothing to refuse; each handshake says that the name does not resolve.
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

        OpenConnection? connection = null;
        try
        {
            connection = OpenConnection.TryOpen(address.AddressFamily, FileBudget.OfProcess);
            if (connection is null)
            {
                attempt.Fail(FailureKind.FilesExhausted, FaultSide.Generator, FileBudget.OfProcess.Refusal);
                return null;
            }

            await connection.Socket.ConnectAsync(new IPEndPoint(address, plan.Targets[target].Port), attempt.Deadline);
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
            var addresses = await answer.WaitAsync(attempt.Deadline);
            if (fresh)
            {
                attempt.Mark(Phase.Dns);
            }

            return addresses[Interlocked.Increment(ref _turn) % addresses.Length];
        }
        catch (SocketException error)
        {
            attempt.Fail(new Failure(FailureKind.DnsFailure, Phase.Dns, FaultSide.Network, null, $"{plan.Targets[target].Host}: {error.Message}"));
        }
        catch (Exception error)
        {
            attempt.Fail(error);
        }

        return null;
    }
}
