namespace LoadGen.TestServers.Servers;

/// <summary>How a client ended its connection.</summary>
/// <param name="Reset">By RST rather than by FIN.</param>
/// <param name="LastRecordType">The type of the last TLS record that it sent; 21 is an alert, but in TLS 1.3 alerts look like 23.</param>
public sealed record ClientClose(bool Reset, byte LastRecordType);
