using LoadGen.Core.Runs;

namespace LoadGen.Running;

/// <summary>The head of a result that is kept in a folder.</summary>
internal sealed record KeptResult(string Id, RunResult.RunPart Run, RunResult.BooksPart Books, RunResult.RatePart Rate, RunResult.Distribution? Response, int Workers);
