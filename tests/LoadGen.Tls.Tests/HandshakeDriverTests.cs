using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.TestServers.Servers;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.Tests;

public sealed class HandshakeDriverTests
{
    private static readonly Negotiated Kind = new(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false);

    [Fact]
    public async Task A_confirmed_handshake_is_completed_although_the_server_has_reset_behind_its_answer()
    {
        var reset = new TaskCompletionSource();
        await using var server = ScriptedServer.Does(async (connection, stopping) =>
        {
            await connection.ReceiveAsync(new byte[16], stopping);
            await connection.SendAsync(new byte[] { 22 }, stopping);
            connection.LingerState = new LingerOption(true, 0);
            connection.Close();
            reset.SetResult();
        });
        // What it was asked to send lies ready when the reset has come: so the send is certain to fail.
        var machine = new ScriptedMachine(_ => reset.Task.Wait(TestContext.Current.CancellationToken))
        {
            After = Milestones.ServerHello | Milestones.ServerFlight | Milestones.ClientFinished | Milestones.ServerConfirmed | Milestones.Complete,
            Negotiated = Kind,
        };

        var outcome = await RunAsync(server.EndPoint, machine);

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.NotNull(outcome.Phases[Phase.ServerConfirmed]);
    }

    [Fact]
    public async Task What_a_server_said_before_it_reset_counts_although_sending_to_it_failed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "what came before a reset can be read after it");
        var offered = new TaskCompletionSource();
        var reset = new TaskCompletionSource();
        await using var server = ScriptedServer.Does(async (connection, stopping) =>
        {
            await connection.ReceiveAsync(new byte[16], stopping);
            await connection.SendAsync(new byte[] { 22 }, stopping);
            await offered.Task.WaitAsync(stopping);
            await connection.SendAsync(new byte[] { 21 }, stopping);
            connection.LingerState = new LingerOption(true, 0);
            connection.Close();
            reset.SetResult();
        });
        ScriptedMachine? machine = null;
        machine = new ScriptedMachine(buffer =>
        {
            if (buffer[0] == 21)
            {
                machine!.Fault = new MachineFault(FailureKind.AlertReceived, FaultSide.Server, "access_denied", "the server said why");
                return;
            }

            offered.SetResult();
            reset.Task.Wait(TestContext.Current.CancellationToken);
        });

        var outcome = await RunAsync(server.EndPoint, machine);

        Assert.Equal((FailureKind.AlertReceived, "access_denied"), (outcome.Failure?.Kind, outcome.Failure?.Alert));
    }

    [Fact]
    public async Task What_a_machine_throws_is_one_failure_in_its_phase_and_the_connection_is_closed()
    {
        await using var server = ScriptedServer.Does(async (connection, stopping) =>
        {
            await connection.ReceiveAsync(new byte[16], stopping);
            await connection.SendAsync(new byte[] { 22 }, stopping);
            await connection.ReceiveAsync(new byte[16], stopping);
        });

        var outcome = await RunAsync(server.EndPoint, new ScriptedMachine(_ => throw new InvalidOperationException("a surprise")));

        Assert.Equal(
            (FailureKind.InternalError, Phase.ServerHello, FaultSide.Generator), (outcome.Failure!.Kind, outcome.Failure.Phase, outcome.Failure.Side));
        Assert.Contains("a surprise", outcome.Failure.Detail, StringComparison.Ordinal);
        await server.AllClosedAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData((FailureKind)99, Phase.Dns, FaultSide.Server)]
    [InlineData(FailureKind.AlertSent, (Phase)PhaseDurations.Count, FaultSide.Server)]
    [InlineData(FailureKind.AlertSent, Phase.Dns, (FaultSide)(-1))]
    public void A_failure_of_no_known_kind_phase_or_side_cannot_be_made(FailureKind kind, Phase phase, FaultSide side)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new Failure(kind, phase, side, null, "it broke"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_server_sent_while_the_client_was_checking_took_the_clients_time(bool mayTakeLong)
    {
        var (hello, rest) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = ScriptedServer.Does(async (connection, stopping) =>
        {
            await connection.ReceiveAsync(new byte[16], stopping);
            await connection.SendAsync(new byte[] { 22 }, stopping);
            await hello.Task.WaitAsync(stopping);
            await connection.SendAsync(new byte[] { 22 }, stopping);
            rest.SetResult();
            await connection.ReceiveAsync(new byte[16], stopping);
        });
        ScriptedMachine machine = null!;
        machine = new ScriptedMachine(_ =>
        {
            if (!hello.TrySetResult())
            {
                machine.After = Milestones.ServerFlight | Milestones.ClientFinished | Milestones.Complete;
            }

            rest.Task.Wait(TestContext.Current.CancellationToken);
        })
        {
            After = Milestones.ServerHello, Negotiated = Kind, MayTakeLong = mayTakeLong,
        };

        var outcome = await RunAsync(server.EndPoint, machine);

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.Equal(TimeSpan.Zero, outcome.Phases[Phase.ServerFlight]);
        Assert.NotEqual(TimeSpan.Zero, outcome.Phases[Phase.ClientFinished]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_check_that_takes_longer_than_the_deadline_is_a_timeout_of_the_client(bool mayTakeLong)
    {
        await using var server = ScriptedServer.Does(async (connection, stopping) =>
        {
            await connection.ReceiveAsync(new byte[16], stopping);
            await connection.SendAsync(new byte[] { 22 }, stopping);
            await connection.ReceiveAsync(new byte[16], stopping);
        });
        var timeout = TimeSpan.FromMilliseconds(300);
        using var check = new CancellationTokenSource();
        var machine = new ScriptedMachine(_ =>
        {
            // The deadline's timer was set before this one.
            check.CancelAfter(2 * timeout);
            check.Token.WaitHandle.WaitOne();
        })
        {
            After = Milestones.ServerHello | Milestones.ServerFlight | Milestones.ClientFinished | Milestones.Complete, Negotiated = Kind, MayTakeLong = mayTakeLong,
        };

        var outcome = await RunAsync(server.EndPoint, machine, new Limits { HandshakeTimeout = timeout });

        Assert.Equal((FailureKind.HandshakeTimeout, FaultSide.Client), (outcome.Failure?.Kind, outcome.Failure?.Side));
        Assert.Contains("the client took too long", outcome.Failure!.Detail, StringComparison.Ordinal);
    }

    private static async Task<Outcome> RunAsync(IPEndPoint endPoint, IHandshakeMachine machine, Limits? limits = null)
    {
        var plan = new Plan
        {
            Name = "test",
            Targets = [new Target { Name = "test", Host = endPoint.Address.ToString(), Port = endPoint.Port, ServerName = "localhost", Trust = Trust.Insecure }],
            Profiles = [new Profile { Name = "p" }],
            Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
            Limits = limits ?? new Limits(),
        };
        using var driver = new HandshakeDriver(plan, new Dialer(plan, TimeProvider.System), TimeProvider.System);
        return await driver.RunAsync(0, plan.Profiles[0], machine, TestContext.Current.CancellationToken);
    }

    /// <summary>Says one byte at the beginning and one after the first answer.</summary>
    private sealed class ScriptedMachine(Action<byte[]> offered) : IHandshakeMachine
    {
        public bool TakesTickets => false;

        public bool HasTickets => false;

        private bool _hasOutput;

        public bool MayTakeLong { get; init; }

        public Milestones After { get; set; }

        public Milestones Reached { get; private set; }

        public Negotiated? Negotiated { get; init; }

        public CertificateSummary? Certificate => null;

        public MachineFault? Fault { get; set; }

        public int HandshakeBytes { get; private set; }

        public int CertificateBytes => 0;

        public int OutputBytes => _hasOutput ? 1 : 0;

        public string Awaited => "the end of the test";

        public bool HasQuestion => false;

        public void Begin() => _hasOutput = true;

        public void Offer(byte[] buffer, int count)
        {
            HandshakeBytes += count;
            offered(buffer);
            Reached |= After;
            _hasOutput = true;
        }

        public int TakeOutput(byte[] buffer)
        {
            // A byte that is none of TLS would end it at once.
            buffer[0] = 22;
            var count = _hasOutput ? 1 : 0;
            _hasOutput = false;
            return count;
        }

        public void Ask()
        {
        }

        public void WriteCloseNotify()
        {
        }
    }
}
