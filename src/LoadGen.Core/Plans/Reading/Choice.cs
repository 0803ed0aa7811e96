namespace LoadGen.Core.Plans.Reading;

/// <summary>Something chosen from what engines can do, and where it was.</summary>
internal sealed record Choice<T>(T Value, Written Written);
