namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>A message as it is on the wire.</summary>
internal sealed record WireBytes(string Manifest, byte[] Bytes);
