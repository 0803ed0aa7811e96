using System.Buffers;
using System.Text;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.StartTls;

/// <summary>
/// The plain-text exchange before TLS, without IO: bytes in, bytes out. One instance serves one connection. The result
/// depends on the server's bytes alone, not on how they are split into packets.
/// </summary>
internal abstract class Dialogue
{
    /// <summary>The most bytes a server may send before TLS; far more than any needs.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _received = new();
    private int _used;
    private bool _hasBegun;
    private Step _step;

    /// <summary>What the client sends first; empty if the server speaks first.</summary>
    protected virtual ReadOnlyMemory<byte> Opening => default;

    private ReadOnlySpan<byte> Unread => _received.WrittenSpan[_used..];

    /// <summary>
    /// Takes bytes from the server and returns the next step. Call it with no bytes to begin, and again with no bytes after
    /// each output was sent. Bytes received after <see cref="StepKind.Ready"/> and before ClientHello may be passed in too:
    /// they break the dialogue.
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
    /// Reads the next line, packet or tag of the server. <see cref="StepKind.NeedMore"/> means that it needs no answer, or, if
    /// no bytes were used, that it is incomplete.
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

    // Plain text injected after the go-ahead must not pass for protected data (CVE-2011-0411).
    private Step Check(Step step)
        => step.Kind == StepKind.Ready && !Unread.IsEmpty
            ? Step.Broken($"the server sent {Unread.Length} {(Unread.Length == 1 ? "byte" : "bytes")} after its go-ahead, before TLS")
        : _used > MaxBytes || (step.Kind == StepKind.NeedMore && _received.WrittenCount > MaxBytes)
            ? Step.Broken($"the server sent more than {MaxBytes} bytes before TLS")
        : step;
}

/// <summary>The next step of a dialogue, with the bytes to send or the reason why it ended.</summary>
internal readonly record struct Step
{
    private Step(StepKind kind) => Kind = kind;

    public static Step NeedMore => new(StepKind.NeedMore);

    public static Step Ready => new(StepKind.Ready);

    public StepKind Kind { get; }

    /// <summary>The bytes to send; empty unless it is <see cref="StepKind.Say"/>.</summary>
    public ReadOnlyMemory<byte> Output { get; private init; }

    /// <summary>Why the dialogue ended without TLS; <see langword="null"/> unless it did.</summary>
    public string? Sentence { get; private init; }

    public static Step Say(ReadOnlyMemory<byte> output) => new(StepKind.Say) { Output = output };

    public static Step Refused(string sentence) => new(StepKind.Refused) { Sentence = sentence };

    public static Step Broken(string sentence) => new(StepKind.Broken) { Sentence = sentence };
}

/// <summary>The kinds of steps.</summary>
internal enum StepKind
{
    /// <summary>Wait for bytes from the server.</summary>
    NeedMore,

    /// <summary>Send the output, then go on with no bytes received.</summary>
    Say,

    /// <summary>Done: the next byte in either direction is TLS.</summary>
    Ready,

    /// <summary>Done: the server speaks the protocol but refuses TLS.</summary>
    Refused,

    /// <summary>Done: the server does not speak the protocol, or breaks it.</summary>
    Broken,
}

/// <summary>The dialogues by protocol.</summary>
internal static class StartTlsDialogues
{
    /// <summary>Creates the dialogue for one connection. XMPP sends the server's name.</summary>
    public static Dialogue Create(StartTlsProtocol protocol, string serverName) => protocol switch
    {
        StartTlsProtocol.Smtp => new SmtpDialogue(),
        StartTlsProtocol.Imap => new ImapDialogue(),
        StartTlsProtocol.Pop3 => new Pop3Dialogue(),
        StartTlsProtocol.Ldap => new LdapDialogue(),
        StartTlsProtocol.Postgres => new PostgresDialogue(),
        StartTlsProtocol.MySql => new MySqlDialogue(),
        StartTlsProtocol.Ftp => new FtpDialogue(),
        StartTlsProtocol.Xmpp => new XmppDialogue(serverName),
        _ => throw new ArgumentOutOfRangeException(nameof(protocol)),
    };
}

/// <summary>Quotes a server's reply in a message.</summary>
internal static class Excerpt
{
    private const int Longest = 120;

    /// <summary>The first 120 bytes as printable ASCII, with a question mark for any other byte.</summary>
    public static string Of(ReadOnlySpan<byte> said)
    {
        var text = new StringBuilder(Math.Min(said.Length, Longest) + 1);
        foreach (var one in said[..Math.Min(said.Length, Longest)])
        {
            text.Append(one is >= 0x20 and < 0x7f ? (char)one : '?');
        }

        return text.Append(said.Length > Longest ? "…" : "").ToString();
    }
}
