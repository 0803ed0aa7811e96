using System.Buffers;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// Ends the connections of handshakes that have not failed as the plan says; one instance serves a connection slot. Nothing that happens here
/// changes an outcome. Unless the plan says otherwise, the server gets the time to read our Finished: a FIN or RST that comes with it
/// makes some servers count a handshake that failed.
/// </summary>
internal sealed class Closing(Plan plan, TimeProvider clock) : IDisposable
{
    private const int BufferBytes = 4096;

    // After so many in a row that did not answer, a target's servers are not waited for any more.
    private const int MostUnanswered = 2;

    /// <summary>How long a server has to answer.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);

    private readonly int[] _unanswered = new int[plan.Targets.Count];
    private readonly int[] _withoutTickets = new int[plan.Targets.Count];
    private CancellationTokenSource _deadline = new();

    /// <summary>Whether the server is sent close_notify.</summary>
    public bool IsNotified => plan.Close is CloseMode.Notify or CloseMode.Rst;

    /// <summary>Closes a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="target">Index of its target.</param>
    /// <param name="isConfirmed">Whether the server has answered after our Finished.</param>
    /// <param name="closeNotify">A close_notify alert, to be sent if the plan says so; empty if the client has sent one already.</param>
    /// <param name="machine">Takes what the server sends until then, such as sessions; <see langword="null"/> where that does not matter.</param>
    public async ValueTask CloseAsync(OpenConnection connection, int target, bool isConfirmed, ReadOnlyMemory<byte> closeNotify, IHandshakeMachine? machine = null)
    {
        // Whoever closes first has its port in TIME_WAIT for a minute: a server that is notified does. Otherwise its session tickets show
        // that it has read our Finished.
        if (IsNotified || (plan.Close == CloseMode.Fin && !isConfirmed && machine is null))
        {
            await AwaitAnswerAsync(connection.Socket, target, closeNotify, machine);
        }

        connection.Close(byReset: plan.Close is CloseMode.Rst or CloseMode.Abort);
    }

    /// <summary>
    /// Reads on after the handshake until a session came, and what came with it, unless closing the connection does so as well. Where the
    /// server gives none, it is not waited for again and again.
    /// </summary>
    public async ValueTask TakeTicketsAsync(Socket socket, int target, IHandshakeMachine machine, bool closesNext)
    {
        if ((closesNext && IsNotified && _unanswered[target] < MostUnanswered) || machine.HasTickets || _withoutTickets[target] >= MostUnanswered)
        {
            return;
        }

        await ReadAsync(socket, default, Until.Ticket, machine);
        _withoutTickets[target] = machine.HasTickets ? 0 : _withoutTickets[target] + 1;
    }

    /// <summary>Keeps a connection open for a time after its handshake, discarding what the server sends, then closes it.</summary>
    public async ValueTask<HeldConnection> HoldAsync(OpenConnection connection, int target, TimeSpan hold, ReadOnlyMemory<byte> closeNotify, CancellationToken cancellation)
    {
        using var owned = connection;
        var held = await WaitAsync(connection, StopAfter.None, hold, cancellation);
        await CloseAsync(connection, target, isConfirmed: true, held.End == HoldEnd.Kept ? closeNotify : default);
        return held;
    }

    /// <summary>
    /// Keeps a connection open whose handshake was stopped, discarding what the server sends, then resets it: it was not going to be of any
    /// use, and its port is free again.
    /// </summary>
    public async ValueTask<HeldConnection> HoldStoppedAsync(OpenConnection connection, StopAfter stoppedAfter, TimeSpan hold, CancellationToken cancellation)
    {
        using var owned = connection;
        return await WaitAsync(connection, stoppedAfter, hold, cancellation);
    }

    public void Dispose() => _deadline.Dispose();

    private async ValueTask<HeldConnection> WaitAsync(OpenConnection connection, StopAfter stoppedAfter, TimeSpan hold, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var timer = clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), over, hold, Timeout.InfiniteTimeSpan);
        var end = await EndOfAsync(connection.Socket, over.Token);
        return new HeldConnection(end, clock.GetElapsedTime(began), stoppedAfter);
    }

    private async ValueTask AwaitAnswerAsync(Socket socket, int target, ReadOnlyMemory<byte> closeNotify, IHandshakeMachine? machine)
    {
        var until = _unanswered[target] >= MostUnanswered ? Until.Sent : IsNotified ? Until.Closed : Until.Data;
        var isInTime = await ReadAsync(socket, closeNotify, until, machine);
        _unanswered[target] = !isInTime ? _unanswered[target] + 1 : until == Until.Sent ? _unanswered[target] : 0;
    }

    /// <summary>Sends close_notify, if there is one, and reads on.</summary>
    /// <returns>Whether that ended before the server's time was over.</returns>
    private async ValueTask<bool> ReadAsync(Socket socket, ReadOnlyMemory<byte> closeNotify, Until until, IHandshakeMachine? machine)
    {
        if (!_deadline.TryReset())
        {
            _deadline.Dispose();
            _deadline = new CancellationTokenSource();
        }

        _deadline.CancelAfter(AnswerWithin);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await socket.SendAllAsync(closeNotify, _deadline.Token);
            while (until > Until.Sent && await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, _deadline.Token) is > 0 and var count)
            {
                if (machine?.TakesTickets == true)
                {
                    machine.Offer(buffer, count);
                }

                if (until == Until.Data || (until == Until.Ticket && machine is { TakesTickets: false } or { HasTickets: true } && socket.Available == 0))
                {
                    break;
                }
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (SocketException)
        {
            // The server was faster: it has reset the connection.
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private static async ValueTask<HoldEnd> EndOfAsync(Socket socket, CancellationToken over)
    {
        try
        {
            while (true)
            {
                // A receive without a buffer completes when there is data to read, so that thousands that wait cost little.
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, over);
                var discarded = ArrayPool<byte>.Shared.Rent(BufferBytes);
                try
                {
                    if (await socket.ReceiveAsync(discarded.AsMemory(), SocketFlags.None, over) == 0)
                    {
                        return HoldEnd.Closed;
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(discarded);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over, or the run was stopped.
            return HoldEnd.Kept;
        }
        catch (SocketException)
        {
            return HoldEnd.Reset;
        }
    }

    /// <summary>How long to read on.</summary>
    private enum Until
    {
        /// <summary>Not at all.</summary>
        Sent,

        /// <summary>Until anything comes.</summary>
        Data,

        /// <summary>Until a session has come, with all that came beside it.</summary>
        Ticket,

        /// <summary>Until the server closes.</summary>
        Closed,
    }
}
