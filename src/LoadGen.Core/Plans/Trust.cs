namespace LoadGen.Core.Plans;

/// <summary>Which server certificates are accepted. A closed set: <see cref="System"/>, <see cref="Insecure"/> or <see cref="Authorities"/>.</summary>
public abstract record Trust
{
    private Trust()
    {
    }

    /// <summary>The operating system's store.</summary>
    public static Trust System { get; } = new SystemStore();

    /// <summary>Any certificate: neither chain, dates nor name are checked.</summary>
    public static Trust Insecure { get; } = new Anything();

    /// <summary>The authorities of the operating system.</summary>
    public sealed record SystemStore : Trust;

    /// <summary>Nothing is checked.</summary>
    public sealed record Anything : Trust;

    /// <summary>Only the given authorities.</summary>
    /// <param name="Pem">One or more certificates in PEM; the text, not a path, so that a plan can travel to other hosts.</param>
    public sealed record Authorities(string Pem) : Trust;
}
