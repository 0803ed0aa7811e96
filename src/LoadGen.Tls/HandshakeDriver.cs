using System.Buffers;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Dialling;
using LoadGen.Tls.StartTls;

namespace LoadGen.Tls;

/// <summary>Runs handshake machines over sockets, one handshake after another: IO, deadlines, time stamps, closing.</summary>
internal sealed class HandshakeDriver(Plan plan, Dialer dialer, TimeProvider clock) : IDisposable
{
    private const int BufferBytes = 16 * 1024 + 512;

    private readonly Attempt _attempt = new(clock);
    private byte[] _buffer = [];
    private HeldConnection? _held;

    /// <summary>Connects to a target and runs a machine to its end.</summary>
    public async ValueTask<Outcome> RunAsync(int target, int profile, IHandshakeMachine machine, CancellationToken cancellation)
    {
        _attempt.Begin(cancellation);
        var socket = await dialer.DialAsync(target, _attempt);
        if (socket is null)
        {
            _attempt.Settle();
            _attempt.End();
            return Outcome.Failed(_attempt.Failure!, _attempt.Elapsed, _attempt.Phases);
        }

        _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var outcome = await RunAsync(socket, plan.Targets[target], machine);
        if (outcome.IsCompleted && plan.Profiles[profile].Hold is { Ticks: > 0 } hold)
        {
            _held = new HeldConnection(socket, hold, plan.Close, clock);
        }
        else
        {
            if (outcome.IsCompleted && plan.Close == CloseMode.Notify)
            {
                await NotifyCloseAsync(socket, machine);
            }

            SocketClosing.Close(socket, plan.Close, outcome.IsCompleted);
        }

        _attempt.End();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        return outcome;
    }

    /// <summary>Keeps the connection of the handshake before open, if its profile says so.</summary>
    public async ValueTask<HoldEnd?> HoldAsync(CancellationToken cancellation)
    {
        if (_held is not { } held)
        {
            return null;
        }

        _held = null;
        return await held.KeepAsync(cancellation);
    }

    public void Dispose() => _attempt.Dispose();

    private async ValueTask<Outcome> RunAsync(Socket socket, Target target, IHandshakeMachine machine)
    {
        var handshake = TimeSpan.Zero;
        try
        {
            _attempt.StartDeadline(plan.Limits.HandshakeTimeout);
            if (target.StartTls is not { } protocol || await GoOverToTlsAsync(socket, StartTlsDialogues.Create(protocol, target.ServerName)))
            {
                handshake = await ShakeAsync(socket, machine);
            }
        }
        catch (SocketException error)
        {
            _attempt.Fail(SocketFailures.ToFailure(error, _attempt.Current));
        }
        catch (OperationCanceledException)
        {
            _attempt.FailByDeadline();
        }

        _attempt.Settle();
        return _attempt.Failure is { } failure
            ? Outcome.Failed(failure, _attempt.Elapsed, _attempt.Phases, machine.Certificate)
            : Outcome.Completed(machine.Negotiated!, _attempt.Elapsed, handshake, _attempt.Phases, machine.Certificate);
    }

    private async ValueTask<bool> GoOverToTlsAsync(Socket socket, Dialogue dialogue)
    {
        _attempt.Expect(Phase.StartTls);
        var step = dialogue.Take([]);
        while (true)
        {
            switch (step.Kind)
            {
                case StepKind.Say:
                    await SendAsync(socket, step.Output);
                    step = dialogue.Take([]);
                    break;
                case StepKind.NeedMore:
                    var count = await socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, _attempt.Deadline);
                    if (count == 0)
                    {
                        _attempt.Fail(FailureKind.ClosedEarly, FaultSide.Server, "the server closed the connection before it went over to TLS");
                        return false;
                    }

                    step = dialogue.Take(_buffer.AsSpan(0, count));
                    break;
                case StepKind.Ready:
                    _attempt.Mark(Phase.StartTls);
                    return true;
                default:
                    _attempt.Fail(step.Kind == StepKind.Refused ? FailureKind.StartTlsRefused : FailureKind.ProtocolError, FaultSide.Server, step.Sentence!);
                    return false;
            }
        }
    }

    private async ValueTask<TimeSpan> ShakeAsync(Socket socket, IHandshakeMachine machine)
    {
        machine.Begin();
        var began = _attempt.Restart();
        var seen = Milestones.None;
        var isFirst = true;
        while (true)
        {
            await SendOutputAsync(socket, machine);
            seen = MarkSent(machine, seen);
            if (machine.Fault is { } fault)
            {
                _attempt.Fail(fault.Kind, fault.Side, fault.Detail, fault.Alert);
                return default;
            }

            if (machine.Reached.HasFlag(Milestones.Complete))
            {
                return clock.GetElapsedTime(began, clock.GetTimestamp());
            }

            var count = await socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, _attempt.Deadline);
            if (count == 0)
            {
                _attempt.Fail(FailureKind.ClosedEarly, FaultSide.Server, $"the server closed the connection before {machine.Awaited}");
                return default;
            }

            var arrived = clock.GetTimestamp();
            if (isFirst && NotTls.Explain(_buffer.AsSpan(0, count)) is { } explanation)
            {
                _attempt.Fail(FailureKind.ProtocolError, FaultSide.Server, explanation);
                return default;
            }

            isFirst = false;

            machine.Offer(_buffer, count);
            seen = MarkReceived(machine, seen, arrived);
        }
    }

    private async ValueTask NotifyCloseAsync(Socket socket, IHandshakeMachine machine)
    {
        try
        {
            machine.WriteCloseNotify();
            await SendOutputAsync(socket, machine);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The peer closed first or takes nothing any more: the handshake was complete before that and stays so.
        }
    }

    private async ValueTask SendOutputAsync(Socket socket, IHandshakeMachine machine)
    {
        int count;
        while ((count = machine.TakeOutput(_buffer)) > 0)
        {
            await SendAsync(socket, _buffer.AsMemory(0, count));
        }
    }

    private async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, _attempt.Deadline)..];
        }
    }

    // What was received is stamped with the time its bytes came, not with the time we were through with them.
    private Milestones MarkReceived(IHandshakeMachine machine, Milestones seen, long arrived)
    {
        var reached = machine.Reached & ~seen;
        if (reached.HasFlag(Milestones.ServerHello))
        {
            _attempt.Mark(Phase.ServerHello, arrived);
        }

        if (reached.HasFlag(Milestones.ServerFlight))
        {
            _attempt.Mark(Phase.ServerFlight, arrived);
        }

        if (reached.HasFlag(Milestones.ServerConfirmed))
        {
            _attempt.Mark(Phase.ServerConfirmed, arrived);
        }

        return seen | (machine.Reached & ~Milestones.ClientFinished);
    }

    private Milestones MarkSent(IHandshakeMachine machine, Milestones seen)
    {
        if (machine.Reached.HasFlag(Milestones.ClientFinished) && !seen.HasFlag(Milestones.ClientFinished))
        {
            _attempt.Mark(Phase.ClientFinished);
        }

        return machine.Reached;
    }
}
