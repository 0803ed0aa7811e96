namespace LoadGen.Core.Plans;

/// <summary>How a threshold compares.</summary>
public enum Comparison
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
