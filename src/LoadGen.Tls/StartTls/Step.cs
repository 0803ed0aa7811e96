namespace LoadGen.Tls.StartTls;

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
