namespace LoadGen.EndToEnd.Tests.Faults;

/// <summary>Which way a partition between a worker and its coordinator drops.</summary>
public enum Cut
{
    BothWays,
    FromTheCoordinator,
    ToTheCoordinator,
}
