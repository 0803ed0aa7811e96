namespace LoadGen.Core.Plans.Reading;

/// <summary>Where something was written: a line of the plan file, the file as a whole (line 0), or a flag.</summary>
internal sealed record Place(string Name, long Line, long Column, bool IsFlag)
{
    public static Place OfFlag(string flag) => new(flag, 0, 0, IsFlag: true);

    /// <summary>A key of a plan that was not read from a file, such as <c>profiles[0].weight</c>.</summary>
    public static Place OfKey(string key) => new(key, 0, 0, IsFlag: false);

    public static Place OfFile(string file) => new(file, 0, 0, IsFlag: false);

    public override string ToString() => Line == 0 ? Name : $"{Name}:{Line}:{Column}";
}
