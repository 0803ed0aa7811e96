using System.Buffers;

namespace LoadGen.Tls.StartTls;

/// <summary>
/// What client and server say in plain text before TLS, without any IO: bytes in, bytes out. One instance for one
/// connection. What comes of it follows from the server's bytes alone, wherever they are cut.
/// </summary>
internal abstract class Dialogue
{
    /// <summary>More than any server has to say before TLS; what goes on beyond it has no end.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _received = new();
    private int _used;
    private bool _hasBegun;
    private Step _step;

    /// <summary>What the client says first; empty when the server speaks first.</summary>
    protected virtual ReadOnlyMemory<byte> Opening => default;

    private ReadOnlySpan<byte> Unread => _received.WrittenSpan[_used..];

    /// <summary>
    /// Takes bytes from the server and tells what comes next. It is called with none to begin with, and again with none
    /// whenever what it told to say was sent. Bytes received after <see cref="StepKind.Ready"/> and before ClientHello
    /// may be handed in too, to be told that they should not be there.
    /// </summary>
    public Step Take(ReadOnlySpan<byte> received)
    {
        if (_step.Kind is StepKind.Refused or StepKind.Broken)
        {
            return _step;
        }

        _received.Write(received);
        if (_step.Kind != StepKind.Ready)
        {
            _step = GoOn();
        }

        return _step = Check(_step);
    }

    /// <summary>
    /// Reads the next line, packet or tag of the server. The answer <see cref="StepKind.NeedMore"/> means that nothing is
    /// to be said to it, or, with nothing used, that it is not whole.
    /// </summary>
    protected abstract Step Read(ReadOnlySpan<byte> unread, out int used);

    private Step GoOn()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            if (!Opening.IsEmpty)
            {
                return Step.Say(Opening);
            }
        }

        while (true)
        {
            var step = Read(Unread, out var used);
            _used += used;
            if (step.Kind != StepKind.NeedMore || used == 0)
            {
                return step;
            }
        }
    }

    // Plain text after the go-ahead would be taken for the first protected bytes (CVE-2011-0411).
    private Step Check(Step step)
        => step.Kind == StepKind.Ready && !Unread.IsEmpty
            ? Step.Broken($"the server sent {Unread.Length} {(Unread.Length == 1 ? "byte" : "bytes")} after its go-ahead, before TLS")
        : _used > MaxBytes || (step.Kind == StepKind.NeedMore && _received.WrittenCount > MaxBytes)
            ? Step.Broken($"the server sent more than {MaxBytes} bytes without coming to TLS")
        : step;
}

/// <summary>What comes next in a dialogue, with the bytes to be sent or the sentence that says why it ended.</summary>
internal readonly record struct Step
{
    private Step(StepKind kind) => Kind = kind;

    public static Step NeedMore => new(StepKind.NeedMore);

    public static Step Ready => new(StepKind.Ready);

    public StepKind Kind { get; }

    /// <summary>The bytes to be sent; empty unless it is <see cref="StepKind.Say"/>.</summary>
    public ReadOnlyMemory<byte> Output { get; private init; }

    /// <summary>Why the dialogue ended before TLS; <see langword="null"/> unless it did.</summary>
    public string? Sentence { get; private init; }

    public static Step Say(ReadOnlyMemory<byte> output) => new(StepKind.Say) { Output = output };

    public static Step Refused(string sentence) => new(StepKind.Refused) { Sentence = sentence };

    public static Step Broken(string sentence) => new(StepKind.Broken) { Sentence = sentence };
}

/// <summary>What comes next in a dialogue.</summary>
internal enum StepKind
{
    /// <summary>The server's turn: bytes have to be received.</summary>
    NeedMore,

    /// <summary>The client's turn: bytes have to be sent; then the dialogue goes on with nothing received.</summary>
    Say,

    /// <summary>The end: the next byte in either direction is TLS.</summary>
    Ready,

    /// <summary>The end: the server speaks the protocol and does not want TLS.</summary>
    Refused,

    /// <summary>The end: the server does not speak the protocol, or not well enough to go on.</summary>
    Broken,
}
