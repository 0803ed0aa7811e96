using System.Buffers;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Dialling;
using LoadGen.Tls.StartTls;

namespace LoadGen.Tls;

/// <summary>Runs handshake machines over sockets, one handshake at a time: IO, deadlines, time stamps, closing.</summary>
internal sealed class HandshakeDriver(Plan plan, Dialer dialer, TimeProvider clock) : IDisposable
{
    private const int BufferBytes = 16 * 1024 + 512;

    private readonly Attempt _attempt = new(clock);
    private byte[] _buffer = [];
    private HeldConnection? _held;

    /// <summary>
    /// Connects to a target and runs a machine to its end. Everything a handshake needs is acquired and released here: the
    /// registration with the run's cancellation, the connection, the buffer.
    /// </summary>
    public async ValueTask<Outcome> RunAsync(int target, int profile, IHandshakeMachine machine, CancellationToken cancellation)
    {
        using var ending = _attempt.Begin(cancellation);
        using var connection = await dialer.DialAsync(target, _attempt);
        if (connection is null)
        {
            return _attempt.Failed();
        }

        _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var outcome = await RunAsync(connection.Socket, plan.Targets[target], machine);
            if (outcome.IsCompleted)
            {
                await FinishAsync(connection, plan.Profiles[profile].Hold, machine);
            }

            return outcome;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Holds the connection of the previous handshake open, if its profile asks for it.</summary>
    public async ValueTask<HoldEnd?> HoldAsync(CancellationToken cancellation)
    {
        if (_held is not { } held)
        {
            return null;
        }

        _held = null;
        return await held.KeepAsync(cancellation);
    }

    public void Dispose()
    {
        _held?.Dispose();
        _attempt.Dispose();
    }

    private async ValueTask<Outcome> RunAsync(Socket socket, Target target, IHandshakeMachine machine)
    {
        try
        {
            _attempt.StartDeadline(plan.Limits.HandshakeTimeout);
            if (target.StartTls is not { } protocol || await StartTlsAsync(socket, StartTlsDialogues.Create(protocol, target.ServerName)))
            {
                return await ShakeAsync(socket, machine);
            }
        }
        catch (Exception error)
        {
            _attempt.Fail(error);
        }

        return _attempt.Failed(machine.Certificate);
    }

    // Errors from here on do not change the outcome: the handshake is complete.
    private async ValueTask FinishAsync(OpenConnection connection, TimeSpan hold, IHandshakeMachine machine)
    {
        if (hold > TimeSpan.Zero)
        {
            _held = new HeldConnection(connection.HandOver(), hold, plan.Close, clock);
            return;
        }

        if (plan.Close == CloseMode.Notify)
        {
            await NotifyCloseAsync(connection.Socket, machine);
        }

        connection.Close(plan.Close);
    }

    private async ValueTask<bool> StartTlsAsync(Socket socket, Dialogue dialogue)
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
                        _attempt.Fail(FailureKind.ClosedEarly, FaultSide.Server, "the server closed the connection before switching to TLS");
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

    private async ValueTask<Outcome> ShakeAsync(Socket socket, IHandshakeMachine machine)
    {
        machine.Begin();
        var began = _attempt.Restart();
        var seen = Milestones.None;
        var isFirst = true;
        var arrived = began;
        // The handshake ends with the server's confirmation. What follows it, such as a reset or an answer to close_notify, does
        // not count any more.
        while (!seen.HasFlag(Milestones.ServerConfirmed))
        {
            await SendOutputAsync(socket, machine);
            seen = MarkSent(machine, seen);
            if (machine.Fault is { } fault)
            {
                _attempt.Fail(fault.Kind, fault.Side, fault.Detail, fault.Alert);
                return _attempt.Failed(machine.Certificate);
            }

            if (machine.Reached.HasFlag(Milestones.Complete))
            {
                break;
            }

            // Bytes that wait already came while the client was computing, such as checking a chain: that time is not the server's.
            var receiving = socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, _attempt.Deadline);
            var wereThere = receiving.IsCompleted && !isFirst;
            var count = await receiving;
            if (count == 0)
            {
                _attempt.Fail(FailureKind.ClosedEarly, FaultSide.Server, $"the server closed the connection before {machine.Awaited}");
                return _attempt.Failed(machine.Certificate);
            }

            arrived = wereThere ? arrived : clock.GetTimestamp();
            if (isFirst && NotTls.Explain(_buffer.AsSpan(0, count)) is { } explanation)
            {
                _attempt.Fail(FailureKind.ProtocolError, FaultSide.Server, explanation);
                return _attempt.Failed();
            }

            isFirst = false;
            if (machine.MayTakeLong)
            {
                await Task.Run(() => machine.Offer(_buffer, count));
            }
            else
            {
                machine.Offer(_buffer, count);
            }

            seen = MarkReceived(machine, seen, arrived);
            if (_attempt.IsTooLate())
            {
                return _attempt.Failed(machine.Certificate);
            }
        }

        return _attempt.Completed(machine.Negotiated!, began, machine.Certificate);
    }

    private async ValueTask NotifyCloseAsync(Socket socket, IHandshakeMachine machine)
    {
        try
        {
            machine.WriteCloseNotify();
            await SendOutputAsync(socket, machine);
        }
        catch (Exception)
        {
            // The peer has already closed.
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

    // Messages are stamped with the time their bytes arrived, not the time they were processed.
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

/// <summary>Recognises servers that do not speak TLS by their first bytes.</summary>
internal static class NotTls
{
    /// <summary>Names the other protocol; <see langword="null"/> if the bytes can be a TLS record (RFC 8446 section 5.1).</summary>
    public static string? Explain(ReadOnlySpan<byte> first)
        => first[0] is >= 20 and <= 23 ? null
            : first.StartsWith("HTTP/"u8) ? "the server does not speak TLS: it answered with plain HTTP"
            : first.StartsWith("SSH-"u8) ? "the server does not speak TLS: it is an SSH server"
            : first.StartsWith("220"u8) ? "the server does not start with TLS: it greeted like a mail or FTP server (use starttls)"
            : $"the server does not speak TLS: its first byte is 0x{first[0]:x2}";
}
