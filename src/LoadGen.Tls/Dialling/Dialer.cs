using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// Opens connections to targets, up to where TLS begins: resolves the name, checks the address against the policy, connects, and
/// says what comes before TLS.
/// </summary>
internal sealed class Dialer
{
    // RFC 8305 section 5: the Connection Attempt Delay that it recommends.
    private static readonly TimeSpan TryOtherAfter = TimeSpan.FromMilliseconds(250);

    private readonly Plan _plan;
    private readonly TimeProvider _clock;
    private readonly AddressPolicy _policy;
    private readonly NameCache _names;
    private readonly Route[] _routes;
    private readonly ProxyHeader?[] _headers;
    private readonly SourceAddresses _sources;

    /// <exception cref="ArgumentException">The plan's source addresses are not of this machine.</exception>
    public Dialer(Plan plan, TimeProvider clock)
    {
        _plan = plan;
        _clock = clock;
        _policy = new AddressPolicy(plan.Authorized);
        _names = new NameCache(SystemNames.Instance, clock);
        _routes = [.. plan.Targets.Select(target => new Route(plan, target, clock))];
        _headers = [.. plan.Targets.Select(ProxyHeader.For)];
        _sources = new SourceAddresses(plan.Sources);
    }

    /// <summary>Explains which targets the policy refuses; empty if none.</summary>
    public async ValueTask<IReadOnlyList<string>> FindRefusedAsync(CancellationToken cancellation)
    {
        var refusals = new List<string>();
        foreach (var route in _routes)
        {
            try
            {
                refusals.AddRange(await RefusalsOfAsync(route, cancellation));
            }
            catch (SocketException)
            {
                // An unresolved name is not refused here: each of its handshakes fails as dns_failure.
            }
        }

        return refusals;
    }

    /// <summary>
    /// Connects to a target. The connect timeout counts from here, the handshake timeout from the connection on; phases that ended are
    /// written to <paramref name="attempt"/>.
    /// </summary>
    /// <returns>The connection; <see langword="null"/> if there is none, and <see cref="Attempt.Failure"/> then says why.</returns>
    public async ValueTask<OpenConnection?> DialAsync(int target, Attempt attempt)
    {
        attempt.StartDeadline(_plan.Limits.ConnectTimeout);
        var route = _routes[target];
        attempt.With(route.Target.Name);
        OpenConnection? connection = null;
        try
        {
            connection = route.Socket is { } path ? await ConnectAsync(route, path, attempt) : await ConnectAsync(route, await AddressesOfAsync(route, attempt), attempt);
            if (connection is null)
            {
                return null;
            }

            attempt.Mark(Phase.TcpConnect);
            attempt.StartDeadline(_plan.Limits.HandshakeTimeout);
            if (await Prologue.RunAsync(connection.Socket, route, _headers[target], attempt))
            {
                return connection;
            }
        }
        catch (Exception error)
        {
            attempt.Fail(error);
        }

        connection?.Dispose();
        return null;
    }

    private async ValueTask<IEnumerable<string>> RefusalsOfAsync(Route route, CancellationToken cancellation)
    {
        if (route.Socket is not null)
        {
            return [];
        }

        var addresses = route.Fixed ?? await _names.Resolve(route.Host).Addresses.WaitAsync(cancellation);
        var refused = Array.Find(addresses, address => !_policy.Allows(route.Authority, address));
        return
        [
            .. refused is null ? Array.Empty<string>() : [AddressPolicy.Explain(route.Host, route.Authority, refused)],
            // Behind a proxy nobody here resolves the name, so that it must be allowed as a name.
            .. route.Target.Proxy is null || _policy.AllowsUnresolved(route.End.Host) ? Array.Empty<string>() : [AddressPolicy.ExplainBehindProxy(route.End.Host)],
        ];
    }

    private async ValueTask<IPAddress[]> AddressesOfAsync(Route route, Attempt attempt)
    {
        if (route.Fixed is { } known)
        {
            return known;
        }

        var (answer, fresh) = _names.Resolve(route.Host);
        if (!fresh && answer.IsCompletedSuccessfully)
        {
            return await answer;
        }

        attempt.Expect(Phase.Dns);
        try
        {
            var addresses = await answer.WaitAsync(attempt.Deadline);
            attempt.Mark(Phase.Dns);
            return addresses;
        }
        catch (SocketException error)
        {
            attempt.Fail(FailureKind.DnsFailure, FaultSide.Network, $"{route.Host}: {SocketFailures.Explain(error)}");
            return [];
        }
    }

    private async ValueTask<OpenConnection?> ConnectAsync(Route route, IPAddress[] addresses, Attempt attempt)
    {
        if (addresses.Length == 0)
        {
            return null;
        }

        if (!_sources.IsAny && Array.FindAll(addresses, address => _sources.Serve(address.AddressFamily)) is var reachable)
        {
            if (reachable.Length == 0)
            {
                attempt.Fail(FailureKind.Unreachable, FaultSide.Generator, $"no source address is of the family of {addresses[0]}");
                return null;
            }

            addresses = reachable;
        }

        var (first, other) = route.Next(addresses);
        if (!IsAllowed(route, first, attempt))
        {
            return null;
        }

        return other is null || !_policy.Allows(route.Authority, other.IP!)
            ? await ConnectAsync(route, first, attempt)
            : await ConnectToEitherAsync(route, first, other, attempt);
    }

    private bool IsAllowed(Route route, Endpoint endpoint, Attempt attempt)
    {
        if (!_policy.Allows(route.Authority, endpoint.IP!))
        {
            attempt.Fail(FailureKind.NotAuthorized, FaultSide.Generator, AddressPolicy.Explain(route.Host, route.Authority, endpoint.IP!));
        }
        else if (route.Target.Proxy is not null && !_policy.AllowsUnresolved(route.End.Host))
        {
            attempt.Fail(FailureKind.NotAuthorized, FaultSide.Generator, AddressPolicy.ExplainBehindProxy(route.End.Host));
        }

        return attempt.Failure is null;
    }

    private async ValueTask<OpenConnection?> ConnectAsync(Route route, Endpoint endpoint, Attempt attempt)
    {
        attempt.With(route.Target.Name, endpoint);
        var connection = Open(endpoint, attempt);
        if (connection is null)
        {
            return null;
        }

        try
        {
            await connection.Socket.ConnectAsync(endpoint.Address, attempt.Deadline);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private OpenConnection? Open(Endpoint endpoint, Attempt attempt)
    {
        var connection = OpenConnection.TryOpen(endpoint.Family, _sources.Next(endpoint.Family), FileBudget.OfProcess);
        if (connection is null)
        {
            attempt.Fail(FailureKind.FilesExhausted, FaultSide.Generator, FileBudget.OfProcess.Refusal);
        }

        return connection;
    }

    // RFC 8305 section 5: the other address is tried as soon as the first one refuses, or beside it if it does not answer for a while.
    private async ValueTask<OpenConnection?> ConnectToEitherAsync(Route route, Endpoint first, Endpoint other, Attempt attempt)
    {
        attempt.With(route.Target.Name, first);
        var connection = Open(first, attempt);
        if (connection is null)
        {
            return null;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(attempt.Deadline);
        var connecting = connection.Socket.ConnectAsync(first.Address, over.Token).AsTask();
        OpenConnection? spare = null;
        try
        {
            var failure = await FailureOfAsync(connecting, over.Token);
            if (failure is null && connecting.IsCompletedSuccessfully)
            {
                return connection;
            }

            if (failure is SocketException { SocketErrorCode: var error } && SocketFailures.Classify(error, Phase.TcpConnect).Side == FaultSide.Generator)
            {
                // Another address would not help where ports or files are gone.
                throw failure;
            }

            attempt.With(route.Target.Name, other);
            spare = Open(other, attempt);
            if (spare is null)
            {
                connection.Dispose();
                return null;
            }

            var connectingToOther = spare.Socket.ConnectAsync(other.Address, over.Token).AsTask();
            if (failure is null && await SucceedsFirstAsync(connecting, connectingToOther))
            {
                attempt.With(route.Target.Name, first);
                spare.Dispose();
                return connection;
            }

            PassOver(route, first, failure ?? connecting.Exception?.InnerException, attempt);
            await connectingToOther;
            connection.Dispose();
            return spare;
        }
        catch (Exception)
        {
            connection.Dispose();
            spare?.Dispose();
            throw;
        }
        finally
        {
            // Whichever is still in progress ends with its socket; nobody waits for it.
            await over.CancelAsync();
        }
    }

    // Null if it connected, and also if it does neither for a while.
    private async Task<Exception?> FailureOfAsync(Task connecting, CancellationToken cancellation)
    {
        try
        {
            await connecting.WaitAsync(TryOtherAfter, _clock, cancellation);
            return null;
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (SocketException error)
        {
            return error;
        }
    }

    private static async Task<bool> SucceedsFirstAsync(Task one, Task other)
    {
        if (await Task.WhenAny(one, other) is { IsCompletedSuccessfully: true } first)
        {
            return first == one;
        }

        await Task.WhenAll(one, other).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return one.IsCompletedSuccessfully;
    }

    private static void PassOver(Route route, Endpoint endpoint, Exception? failure, Attempt attempt)
    {
        route.Avoid(endpoint);
        attempt.PassOver(failure is SocketException error
            ? new PassedOver(endpoint.ToString(), SocketFailures.Classify(error.SocketErrorCode, Phase.TcpConnect).Kind, SocketFailures.Explain(error))
            : new PassedOver(endpoint.ToString(), FailureKind.ConnectTimeout, $"no answer within {TryOtherAfter.TotalMilliseconds:0} ms"));
    }
}
