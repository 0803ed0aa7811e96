using System.Buffers;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>A connection that stays open after its handshake. It waits without buffers: thousands of them cost little.</summary>
internal sealed class HeldConnection(OpenConnection connection, TimeSpan hold, CloseMode close, TimeProvider clock) : IDisposable
{
    private const int DiscardBytes = 4096;

    /// <summary>Keeps it open, reading and discarding what the server sends, then closes it.</summary>
    public async ValueTask<HoldEnd> KeepAsync(CancellationToken cancellation)
    {
        using var owned = this;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var timer = clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), over, hold, Timeout.InfiniteTimeSpan);
        var end = HoldEnd.Kept;
        try
        {
            while (end == HoldEnd.Kept)
            {
                // With no buffer it ends when there is something to read.
                await connection.Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, over.Token);
                end = await DiscardAsync(over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over, or the run was stopped.
        }
        catch (SocketException)
        {
            end = HoldEnd.EndedByServer;
        }

        connection.Close(close);
        return end;
    }

    /// <summary>Resets it, unless it was closed.</summary>
    public void Dispose() => connection.Dispose();

    private async ValueTask<HoldEnd> DiscardAsync(CancellationToken cancellation)
    {
        var discarded = ArrayPool<byte>.Shared.Rent(DiscardBytes);
        try
        {
            return await connection.Socket.ReceiveAsync(discarded.AsMemory(), SocketFlags.None, cancellation) == 0 ? HoldEnd.EndedByServer : HoldEnd.Kept;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(discarded);
        }
    }
}
