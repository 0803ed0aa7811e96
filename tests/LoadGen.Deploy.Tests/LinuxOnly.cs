using System.Runtime.Versioning;

// Containers, as Kubernetes runs them.
[assembly: SupportedOSPlatform("linux")]
