using System.Buffers;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls;

/// <summary>Runs handshake machines over sockets, one handshake at a time: IO, deadlines, time stamps, closing.</summary>
internal sealed class HandshakeDriver(Plan plan, Dialer dialer, TimeProvider clock) : IDisposable
{
    private const int BufferBytes = 16 * 1024 + 512;

    private readonly Attempt _attempt = new(clock);
    private readonly Closing _closing = new(plan, clock);
    private readonly WireMeter _wire = new();
    private byte[] _buffer = [];
    private Profile _profile = plan.Profiles[0];
    private Held? _held;

    /// <summary>
    /// Connects to a target and runs a machine to its end. Everything a handshake needs is acquired and released here: the
    /// registration with the run's cancellation, the connection, the buffer.
    /// </summary>
    /// <param name="target">Index of the target.</param>
    /// <param name="profile">What kind of handshake it is.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellation">Ends the handshake.</param>
    public async ValueTask<Outcome> RunAsync(int target, Profile profile, IHandshakeMachine machine, CancellationToken cancellation)
    {
        using var ending = _attempt.Begin(cancellation);
        using var connection = await dialer.DialAsync(target, _attempt);
        if (connection is null)
        {
            return _attempt.Failed();
        }

        _profile = profile;
        if (_profile.StopAfter == StopAfter.Connect)
        {
            _held = new Held(connection.HandOver(), target, _profile.Hold, StopAfter.Connect);
            return _attempt.Stopped(StopAfter.Connect);
        }

        _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var outcome = await RunAsync(connection.Socket, machine);
            if (outcome.IsCompleted)
            {
                await FinishAsync(connection, target, machine);
            }
            else if (outcome.IsPartial)
            {
                _held = new Held(connection.HandOver(), target, _profile.Hold, outcome.StoppedAfter);
            }

            return outcome;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Holds the connection of the previous handshake open, if its profile asks for it or stopped it.</summary>
    public async ValueTask<HeldConnection?> HoldAsync(CancellationToken cancellation)
    {
        if (_held is not { } held)
        {
            return null;
        }

        _held = null;
        return held.StoppedAfter != StopAfter.None
            ? await _closing.HoldStoppedAsync(held.Connection, held.StoppedAfter, held.For, cancellation)
            : await _closing.HoldAsync(held.Connection, held.Target, held.For, held.CloseNotify, cancellation);
    }

    public void Dispose()
    {
        _held?.Connection.Dispose();
        _closing.Dispose();
        _attempt.Dispose();
    }

    private async ValueTask<Outcome> RunAsync(Socket socket, IHandshakeMachine machine)
    {
        try
        {
            return await ShakeAsync(socket, machine);
        }
        catch (Exception error)
        {
            _attempt.Fail(error);
        }

        return _attempt.Failed(machine.Certificate);
    }

    // The handshake is complete: nothing from here on changes the outcome.
    private async ValueTask FinishAsync(OpenConnection connection, int target, IHandshakeMachine machine)
    {
        var takesTickets = machine.TakesTickets;
        if (takesTickets)
        {
            await _closing.TakeTicketsAsync(connection.Socket, target, machine, closesNext: _profile.Hold == TimeSpan.Zero);
        }

        // A profile that waits for the server's close_notify has sent ours.
        var closeNotify = _closing.IsNotified && _profile.Confirm != Confirm.Close ? CloseNotifyOf(machine) : default;
        if (_profile.Hold > TimeSpan.Zero)
        {
            // It is sent when the time is over. No other record is written until then, so it stays the next one.
            _held = new Held(connection.HandOver(), target, _profile.Hold, StopAfter.None) { CloseNotify = closeNotify.ToArray() };
            return;
        }

        await _closing.CloseAsync(connection, target, machine.Negotiated!.ServerConfirmed, closeNotify, takesTickets ? machine : null);
    }

    private async ValueTask<Outcome> ShakeAsync(Socket socket, IHandshakeMachine machine)
    {
        try
        {
            return await ExchangeAsync(socket, machine);
        }
        catch (SocketException error)
        {
            TakeLastWords(socket, machine);
            if (machine.Fault is not null)
            {
                return Failed(machine);
            }

            _attempt.Fail(error);
            return _attempt.Failed(machine.Certificate);
        }
    }

    // A peer that is gone may have said why: that lies unread where sending failed.
    private void TakeLastWords(Socket socket, IHandshakeMachine machine)
    {
        while (machine.Fault is null && socket.Available > 0)
        {
            var count = socket.Receive(_buffer, SocketFlags.None, out var error);
            if (count == 0 || error != SocketError.Success)
            {
                break;
            }

            machine.Offer(_buffer, count);
        }
    }

    private async ValueTask<Outcome> ExchangeAsync(Socket socket, IHandshakeMachine machine)
    {
        machine.Begin();
        _wire.Begin();
        _attempt.MarkHello();
        var isOver = false;
        var seen = Milestones.None;
        var isFirst = true;
        var received = 0;
        var arrived = 0L;
        // The handshake ends with the server's confirmation. What follows it, such as a reset or an answer to close_notify, does
        // not count any more.
        while (machine.Fault is not null || !seen.HasFlag(Milestones.ServerConfirmed))
        {
            if (machine.HasQuestion)
            {
                // What is written already belongs to the handshake, and goes with the question.
                _wire.Sent(machine.OutputBytes);
                isOver = true;
                seen = await ReadWhatCameAsync(socket, machine, seen);
                machine.Ask();
            }

            if (_profile.StopAfter == StopAfter.BeforeFinished && machine.Fault is null && machine.Reached.HasFlag(Milestones.ServerFlight))
            {
                await SendAllButLastRecordAsync(socket, machine);
                return _attempt.Stopped(StopAfter.BeforeFinished, machine.Certificate);
            }

            // Of a server's flight that comes in pieces, the first may be answered by a change_cipher_spec already.
            if (_profile.StopAfter != StopAfter.ServerFlight || machine.Fault is not null || !seen.HasFlag(Milestones.ServerHello))
            {
                await SendOutputAsync(socket, machine, isOver);
            }

            if (_profile.StopAfter == StopAfter.ClientHello)
            {
                return _attempt.Stopped(StopAfter.ClientHello);
            }

            seen = MarkSent(machine, seen);
            if (machine.Fault is not null)
            {
                return Failed(machine);
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
            var (reached, certificate) = (machine.Reached, machine.Certificate);
            if (machine.MayTakeLong)
            {
                await Task.Run(() => machine.Offer(_buffer, count));
            }
            else
            {
                machine.Offer(_buffer, count);
            }

            _wire.Received(machine.HandshakeBytes - received);
            received = machine.HandshakeBytes;
            seen = MarkReceived(machine, seen, arrived);

            // Only checks take the client long, and they end with a step. A server that sends without end is waited for, like a silent one.
            if ((machine.Reached != reached || machine.Certificate != certificate) && _attempt.IsTooLate())
            {
                return _attempt.Failed(machine.Certificate);
            }

            if (_profile.StopAfter == StopAfter.ServerFlight && machine.Fault is null && seen.HasFlag(Milestones.ServerFlight))
            {
                return _attempt.Stopped(StopAfter.ServerFlight, machine.Certificate);
            }
        }

        return _attempt.Completed(
            machine.Negotiated!, machine.Certificate, _wire.CostOf(socket, machine.CertificateBytes, machine.Negotiated!.HelloRetryRequest));
    }

    // Bytes that are here before the question is sent cannot answer it. Those still on their way then cannot be told from an
    // answer, except by what they say.
    private async ValueTask<Milestones> ReadWhatCameAsync(Socket socket, IHandshakeMachine machine, Milestones seen)
    {
        while (socket.Available > 0 && machine.Fault is null)
        {
            var count = await socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, _attempt.Deadline);
            var arrived = clock.GetTimestamp();
            machine.Offer(_buffer, count);
            seen = MarkReceived(machine, seen, arrived);
        }

        return seen;
    }

    private Outcome Failed(IHandshakeMachine machine)
    {
        var fault = machine.Fault!;
        _attempt.Fail(fault.Kind, fault.Side, fault.Detail, fault.Alert);
        return _attempt.Failed(machine.Certificate);
    }

    private ReadOnlyMemory<byte> CloseNotifyOf(IHandshakeMachine machine)
    {
        machine.WriteCloseNotify();
        return _buffer.AsMemory(0, machine.TakeOutput(_buffer));
    }

    private async ValueTask SendOutputAsync(Socket socket, IHandshakeMachine machine, bool isOver)
    {
        int count;
        while ((count = machine.TakeOutput(_buffer)) > 0)
        {
            if (!isOver)
            {
                _wire.Sent(_buffer.AsSpan(0, count));
            }

            await SendAsync(socket, _buffer.AsMemory(0, count));
        }
    }

    private ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
        => _profile.Trickle > TimeSpan.Zero ? TrickleAsync(socket, bytes) : socket.SendAllAsync(bytes, _attempt.Deadline);

    // Sockets send at once (NoDelay), so that each byte is a segment.
    private async ValueTask TrickleAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            await socket.SendAllAsync(bytes.Slice(i, 1), _attempt.Deadline);
            await Task.Delay(_profile.Trickle, clock, _attempt.Deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_attempt.IsTooLate("the handshake timeout passed while the handshake was sent a byte at a time"))
            {
                // The failure is known already.
                throw new OperationCanceledException(_attempt.Deadline);
            }
        }
    }

    // The last record of the client's answer is the one with Finished, in every version: nothing follows it before the server's.
    private async ValueTask SendAllButLastRecordAsync(Socket socket, IHandshakeMachine machine)
    {
        var output = new List<byte>();
        int count;
        while ((count = machine.TakeOutput(_buffer)) > 0)
        {
            output.AddRange(_buffer.AsSpan(0, count));
        }

        var bytes = output.ToArray();
        var frames = default(RecordFrames);
        var (at, last) = (0, 0);
        while (at < bytes.Length)
        {
            last = at;
            at += frames.Take(bytes.AsSpan(at)).Taken;
        }

        await SendAsync(socket, bytes.AsMemory(0, last));
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

        if (reached.HasFlag(Milestones.ServerFinished))
        {
            _attempt.Mark(Phase.ServerConfirmed, arrived);
            _attempt.Expect(Phase.FirstResponse);
        }

        if (reached.HasFlag(Milestones.ServerConfirmed))
        {
            _attempt.Mark(_attempt.Current == Phase.FirstResponse ? Phase.FirstResponse : Phase.ServerConfirmed, arrived);
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

    /// <summary>A connection to be held open.</summary>
    private sealed record Held(OpenConnection Connection, int Target, TimeSpan For, StopAfter StoppedAfter)
    {
        public ReadOnlyMemory<byte> CloseNotify { get; init; }
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
