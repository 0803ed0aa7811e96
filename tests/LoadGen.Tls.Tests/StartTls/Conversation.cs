using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.StartTls;

namespace LoadGen.Tls.Tests.StartTls;

/// <summary>Holds a dialogue as a driver does, against a server whose every read is given.</summary>
internal sealed class Conversation(StartTlsProtocol protocol)
{
    private readonly Dialogue _dialogue = StartTlsDialogues.Create(protocol, "localhost");
    private readonly StringBuilder _said = new();

    /// <summary>Everything the client said, byte for byte.</summary>
    public string Said => _said.ToString();

    /// <summary>What the last bytes came to.</summary>
    public Step Last { get; private set; }

    public bool IsOver => Last.Kind is StepKind.Refused or StepKind.Broken;

    public static Conversation Of(StartTlsProtocol protocol, params IEnumerable<string> reads)
    {
        var conversation = new Conversation(protocol);
        conversation.Hear("");
        foreach (var read in reads)
        {
            conversation.Hear(read);
        }

        return conversation;
    }

    /// <summary>The server's words cut at places.</summary>
    public static Conversation Cut(StartTlsProtocol protocol, string words, params IEnumerable<int> places)
    {
        int[] ends = [0, .. places.Order(), words.Length];
        return Of(protocol, ends.Zip(ends.Skip(1), (from, to) => words[from..to]));
    }

    /// <summary>Hears one read, and says what there is to say to it; what it said.</summary>
    public string Hear(string read)
    {
        var before = _said.Length;
        Last = _dialogue.Take(Encoding.Latin1.GetBytes(read));
        while (Last.Kind == StepKind.Say)
        {
            _said.Append(Encoding.Latin1.GetString(Last.Output.Span));
            Last = _dialogue.Take([]);
        }

        return _said.ToString(before, _said.Length - before);
    }
}
