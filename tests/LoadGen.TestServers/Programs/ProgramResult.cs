namespace LoadGen.TestServers.Programs;

/// <summary>How a program ended and what it wrote.</summary>
public sealed record ProgramResult(int ExitCode, string StandardOutput, string StandardError);
