using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.Tests.Dialling;

/// <summary>Which of a name's addresses are dialled, from where, and what is made of those that do not answer.</summary>
public sealed class DialerTests : IDisposable
{
    private readonly List<Socket> _sockets = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    [Fact]
    public async Task An_address_that_refuses_is_passed_over_for_one_of_the_other_family()
    {
        var port = Listen(IPAddress.Loopback, 0);

        var dialled = await DialAsync(PlanOf(port, "::1", "127.0.0.1"), times: 10);

        Assert.All(dialled, each => Assert.Equal((null, $"127.0.0.1:{port}"), (each.Failure, each.Address)));
        var passed = dialled.SelectMany(each => each.PassedOver).ToList();
        Assert.NotEmpty(passed);
        Assert.All(passed, each => Assert.Equal(($"[::1]:{port}", FailureKind.ConnectionRefused, "connection refused"), (each.Address, each.Kind, each.Detail)));
    }

    [Fact]
    public async Task An_address_that_does_not_answer_is_passed_over_too()
    {
        var port = Listen(IPAddress.Loopback, 0);
        FillUp(IPAddress.IPv6Loopback, port);

        var dialled = await DialAsync(PlanOf(port, "::1", "127.0.0.1"), times: 2);

        Assert.All(dialled, each => Assert.Equal((null, $"127.0.0.1:{port}"), (each.Failure, each.Address)));
        Assert.Contains(dialled, each => each.PassedOver is [{ Kind: FailureKind.ConnectTimeout, Detail: "no answer within 250 ms" }]);
    }

    [Fact]
    public async Task Both_families_dead_is_the_failure_of_the_later_one()
    {
        var port = Listen(IPAddress.Parse("127.0.0.9"), 0);

        var dialled = Assert.Single(await DialAsync(PlanOf(port, "::1", "127.0.0.1"), times: 1));

        Assert.Equal((FailureKind.ConnectionRefused, $"127.0.0.1:{port}"), (dialled.Failure?.Kind, dialled.Address));
        Assert.Equal($"[::1]:{port}", Assert.Single(dialled.PassedOver).Address);
    }

    [Fact]
    public async Task Addresses_of_one_family_each_answer_for_themselves()
    {
        var port = Listen(IPAddress.Loopback, 0);

        var dialled = await DialAsync(PlanOf(port, "127.0.0.1", "127.0.0.2"), times: 10);

        Assert.Equal(5, dialled.Count(each => each.Failure is null && each.Address == $"127.0.0.1:{port}"));
        Assert.Equal(5, dialled.Count(each => each.Failure?.Kind == FailureKind.ConnectionRefused && each.Address == $"127.0.0.2:{port}"));
        Assert.All(dialled, each => Assert.Empty(each.PassedOver));
    }

    [Fact]
    public async Task Addresses_have_the_same_part_of_the_connections()
    {
        var port = Listen(IPAddress.Loopback, 0);
        Listen(IPAddress.Parse("127.0.0.2"), port);
        Listen(IPAddress.IPv6Loopback, port);

        var dialled = await DialAsync(PlanOf(port, "127.0.0.1", "127.0.0.2", "::1"), times: 30);

        Assert.All(dialled.GroupBy(each => each.Address), each => Assert.Equal(10, each.Count()));
    }

    [Fact]
    public async Task Connections_come_from_the_source_addresses_in_turn()
    {
        var port = Listen(IPAddress.Loopback, 0);
        var sources = new List<string>();
        using var dialler = Attempting(PlanOf(port, "127.0.0.1") with { Sources = [IPAddress.Parse("127.0.0.7"), IPAddress.Parse("127.0.0.8"), IPAddress.Parse("198.51.100.1")] });

        for (var n = 0; n < 6; n++)
        {
            using var connection = await dialler.DialAsync();
            sources.Add(((IPEndPoint)connection!.Socket.LocalEndPoint!).Address.ToString());
        }

        Assert.Equal(["127.0.0.7", "127.0.0.8", "127.0.0.7", "127.0.0.8", "127.0.0.7", "127.0.0.8"], sources);
    }

    [Fact]
    public void Source_addresses_of_other_machines_alone_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new Dialer(PlanOf(443, "127.0.0.1") with { Sources = [IPAddress.Parse("198.51.100.1")] }, TimeProvider.System));

        Assert.Contains("198.51.100.1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_no_source_address_reaches_is_not_dialled()
    {
        var port = Listen(IPAddress.Loopback, 0);
        Listen(IPAddress.IPv6Loopback, port);
        var plan = PlanOf(port, "127.0.0.1", "::1");

        Assert.All(await DialAsync(plan with { Sources = [IPAddress.IPv6Loopback] }, times: 4), each => Assert.Equal($"[::1]:{port}", each.Address));
        var unreachable = Assert.Single(await DialAsync(PlanOf(port, "127.0.0.1") with { Sources = [IPAddress.IPv6Loopback] }, times: 1));
        Assert.Equal((FailureKind.Unreachable, FaultSide.Generator), (unreachable.Failure?.Kind, unreachable.Failure?.Side));
    }

    [Fact]
    public async Task What_a_plan_resolves_to_must_be_authorized_as_an_address()
    {
        var plan = PlanOf(443, "198.51.100.1") with { Authorized = ["gateway.test"] };

        var refused = Assert.Single(await DialAsync(plan, times: 1));

        Assert.Equal(FailureKind.NotAuthorized, refused.Failure?.Kind);
        Assert.Contains("--authorize 198.51.100.1", Assert.Single(await new Dialer(plan, TimeProvider.System).FindRefusedAsync(Cancellation)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_behind_a_proxy_must_be_authorized_by_name()
    {
        var plan = PlanOf(443, "198.51.100.1") with { Resolve = [] };
        plan = plan with { Targets = [plan.Targets[0] with { Proxy = new HttpProxy("127.0.0.1", Listen(IPAddress.Loopback, 0), null) }] };

        Assert.Equal(FailureKind.NotAuthorized, Assert.Single(await DialAsync(plan, times: 1)).Failure?.Kind);
        Assert.Contains("gateway.test", Assert.Single(await new Dialer(plan, TimeProvider.System).FindRefusedAsync(Cancellation)), StringComparison.Ordinal);
        Assert.Empty(await new Dialer(plan with { Authorized = ["gateway.test"] }, TimeProvider.System).FindRefusedAsync(Cancellation));
    }

    private static Plan PlanOf(int port, params string[] addresses) => new()
    {
        Name = "test",
        Targets = [new Target { Name = "gateway", Host = "gateway.test", Port = port, ServerName = "gateway.test" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
        Resolve = [new ResolveRule("gateway.test", port, [.. addresses.Select(IPAddress.Parse)])],
    };

    private static async Task<IReadOnlyList<Outcome>> DialAsync(Plan plan, int times)
    {
        using var dialler = Attempting(plan);
        var outcomes = new List<Outcome>();
        for (var n = 0; n < times; n++)
        {
            using var connection = await dialler.DialAsync();
            outcomes.Add(dialler.Outcome);
        }

        return outcomes;
    }

    private static OneAfterAnother Attempting(Plan plan) => new(plan);

    private int Listen(IPAddress address, int port, int backlog = 100)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen(backlog);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    // A listener whose queue is full does not answer any more: one in the queue, and one that waits for its place.
    private void FillUp(IPAddress address, int port)
    {
        Listen(address, port, backlog: 0);
        for (var n = 0; n < 4; n++)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _sockets.Add(socket);
            try
            {
                socket.Connect(new IPEndPoint(address, port));
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
            {
            }
        }
    }

    /// <summary>The dialling of one connection slot.</summary>
    private sealed class OneAfterAnother(Plan plan) : IDisposable
    {
        private static readonly Negotiated Nothing = new(TlsVersion.Tls13, "none", null, false);

        private readonly Attempt _attempt = new(TimeProvider.System);
        private readonly Dialer _dialer = new(plan, TimeProvider.System);

        public Outcome Outcome { get; private set; } = Outcome.Completed(Nothing, default, default, default, null);

        public async Task<OpenConnection?> DialAsync()
        {
            using var ending = _attempt.Begin(Cancellation);
            var connection = await _dialer.DialAsync(0, _attempt);
            Outcome = connection is null ? _attempt.Failed() : _attempt.Completed(Nothing, null, default);
            return connection;
        }

        public void Dispose() => _attempt.Dispose();
    }
}
