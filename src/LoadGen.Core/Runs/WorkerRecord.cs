using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>One worker's part of a run that is over.</summary>
/// <param name="Id">Its name, unique in the run.</param>
/// <param name="Host">The machine it ran on.</param>
/// <param name="Books">What became of its arrivals.</param>
/// <param name="LostAt">When it was lost, from the start of the load; <see langword="null"/> if it stayed.</param>
/// <param name="Usage">What its process used; <see langword="null"/> if it never reported.</param>
public sealed record WorkerRecord(string Id, string Host, Books Books, TimeSpan? LostAt, GeneratorUsage? Usage)
{
    /// <summary>Whose cryptography its engine used; <see langword="null"/> if it never was ready.</summary>
    public string? Crypto { get; init; }
}
