namespace LoadGen.Running;

/// <summary>Something notable that happened in a run.</summary>
/// <param name="At">When it was seen.</param>
/// <param name="Elapsed">The same, from the start of the load; zero before it.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Text">A sentence for people.</param>
internal sealed record RunNote(DateTimeOffset At, TimeSpan Elapsed, NoteKind Kind, string Text);
