using System.CommandLine;

namespace LoadGen.Commands;

/// <summary>One verb of the program, with examples for its help.</summary>
internal sealed record Verb(Command Command, string[] Examples);
