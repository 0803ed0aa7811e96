namespace LoadGen.Core.Tallies;

/// <summary>Bytes that should be an encoded tally are not.</summary>
public sealed class TallyFormatException(string message) : FormatException(message);
