namespace LoadGen.Core.Plans;

/// <summary>The distributions a threshold can speak of.</summary>
public enum LatencyOf
{
    /// <summary>From the planned time to success.</summary>
    Response,

    /// <summary>From the first byte of ClientHello to success.</summary>
    Handshake,

    /// <summary>One phase.</summary>
    Phase,
}
