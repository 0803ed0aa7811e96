using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace LoadGen.Cluster.Nodes.Links;

/// <summary>
/// A connection between two nodes. A message is a frame: its length in four bytes, little-endian, and its bytes, which are
/// Akka.Remote's business.
/// </summary>
internal sealed class NodeLink : AssociationHandle
{
    private const int LengthBytes = sizeof(int);

    // Small messages that wait together go in one write.
    private const int BatchBytes = 16 << 10;
    private const int MostWaiting = 1024;

    private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(1);

    private readonly Stream _stream;
    private readonly long _largestFrame;
    private readonly Channel<ByteString> _waiting = Channel.CreateBounded<ByteString>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    public NodeLink(Address local, Address remote, Stream stream, long largestFrame)
        : base(local, remote)
    {
        (_stream, _largestFrame) = (stream, largestFrame);
        Closed = Task.WhenAll(SendAsync(), ReceiveAsync());
    }

    /// <summary>Ends when the connection has.</summary>
    public Task Closed { get; }

    /// <inheritdoc/>
    public override bool Write(ByteString payload) => _waiting.Writer.TryWrite(payload);

    /// <inheritdoc/>
    [Obsolete("Akka's own word for the overload with a reason.")]
    public override void Disassociate() => Close();

    /// <summary>Sends what waits, as far as the other side takes it, and closes.</summary>
    public void Close()
    {
        if (_waiting.Writer.TryComplete())
        {
            ReadHandlerSource.TrySetCanceled();
            _ = DisposeLaterAsync();
        }
    }

    private async Task DisposeLaterAsync()
    {
        await Task.Delay(FlushWithin).ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        var batch = new ArrayBufferWriter<byte>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (batch.WrittenCount < BatchBytes && _waiting.Reader.TryRead(out var payload))
                {
                    BinaryPrimitives.WriteInt32LittleEndian(batch.GetSpan(LengthBytes), payload.Length);
                    batch.Advance(LengthBytes);
                    batch.Write(payload.Span);
                }

                await _stream.WriteAsync(batch.WrittenMemory).ConfigureAwait(false);
                batch.ResetWrittenCount();
            }
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            // The receiving side tells that the connection is gone.
        }

        _waiting.Writer.TryComplete();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        var header = new byte[LengthBytes];
        IHandleEventListener? listener = null;
        try
        {
            listener = await ReadHandlerSource.Task.ConfigureAwait(false);
            while (true)
            {
                await _stream.ReadExactlyAsync(header).ConfigureAwait(false);
                var length = BinaryPrimitives.ReadInt32LittleEndian(header);
                if (length < 0 || length > _largestFrame)
                {
                    break;
                }

                var payload = new byte[length];
                await _stream.ReadExactlyAsync(payload).ConfigureAwait(false);
                listener.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(payload)));
            }
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            // It ended, or broke: for the nodes that is the same.
        }

        listener?.Notify(new Disassociated(DisassociateInfo.Unknown));
        Close();
    }

    private static bool IsOfConnection(Exception error) => error is IOException or ObjectDisposedException or OperationCanceledException;
}
