namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>How a Job ended.</summary>
/// <param name="Complete">Whether it is Complete rather than Failed.</param>
/// <param name="Reason">The reason of that condition, by the names of Kubernetes.</param>
internal sealed record JobEnd(bool Complete, string Reason)
{
    public static JobEnd Completed { get; } = new(true, "CompletionsReached");
}
