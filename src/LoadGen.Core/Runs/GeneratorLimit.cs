namespace LoadGen.Core.Runs;

/// <summary>What of the generator can be the limit of a run.</summary>
public enum GeneratorLimit
{
    /// <summary>Handshakes started late.</summary>
    ScheduleLag,

    /// <summary>A process used up its processors.</summary>
    Cpu,

    /// <summary>Garbage collection held everything up.</summary>
    GcPause,

    /// <summary>No local port was left.</summary>
    Ports,

    /// <summary>No file descriptor was left.</summary>
    Files,
}
