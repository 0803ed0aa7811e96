namespace LoadGen.Core.Plans;

/// <summary>How much of a handshake is checked and made anew.</summary>
public enum Checks
{
    /// <summary>Everything that a browser checks; a new key share for every handshake. The default.</summary>
    Full,

    /// <summary>
    /// For more load from the same machine: key shares are reused, and the server's signature is checked for one handshake in
    /// 100. The chain, Finished and every record are still checked.
    /// </summary>
    Lean,
}
