using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls;

/// <summary>Runs handshake machines over sockets, one handshake after another: IO, deadlines, time stamps, closing.</summary>
internal sealed class HandshakeDriver(Plan plan, Dialer dialer, TimeProvider clock) : IDisposable
{
    private const int BufferBytes = 16 * 1024 + 512;

    private readonly Attempt _attempt = new(clock);
    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>Connects to a target and runs a machine to its end.</summary>
    public async ValueTask<Outcome> RunAsync(int target, IHandshakeMachine machine, CancellationToken cancellation)
    {
        _attempt.Begin(cancellation);
        var socket = await dialer.DialAsync(target, _attempt);
        if (socket is null)
        {
            _attempt.Settle();
            _attempt.End();
            return Outcome.Failed(_attempt.Failure!, _attempt.Elapsed, _attempt.Phases);
        }

        var handshake = TimeSpan.Zero;
        try
        {
            _attempt.StartDeadline(plan.Limits.HandshakeTimeout);
            handshake = await ShakeAsync(socket, machine);
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
        var outcome = _attempt.Failure is { } failure
            ? Outcome.Failed(failure, _attempt.Elapsed, _attempt.Phases, machine.Certificate)
            : Outcome.Completed(machine.Negotiated!, _attempt.Elapsed, handshake, _attempt.Phases, machine.Certificate);
        if (outcome.IsCompleted && plan.Close == CloseMode.Notify)
        {
            await NotifyCloseAsync(socket, machine);
        }

        _attempt.End();
        SocketClosing.Close(socket, plan.Close, outcome.IsCompleted);
        return outcome;
    }

    public void Dispose() => _attempt.Dispose();

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
                _attempt.Fail(FailureKind.ClosedEarly, FaultSide.Server, "the server closed the connection before the handshake was over");
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
            for (var sent = 0; sent < count;)
            {
                sent += await socket.SendAsync(_buffer.AsMemory(sent, count - sent), SocketFlags.None, _attempt.Deadline);
            }
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
