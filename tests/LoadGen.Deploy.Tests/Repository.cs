namespace LoadGen.Deploy.Tests;

/// <summary>Where things are in the repository.</summary>
internal static class Repository
{
    /// <summary>Its top folder.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string Chart => Path.Combine(Root, "helm", "loadgen");

    public static string Renderer => Path.Combine(Root, "tests", "LoadGen.Deploy.Tests", "Charts", "Renderer");

    /// <summary>Where tests/run.sh installs what tests need.</summary>
    public static string Artifacts => Path.Combine(Root, "artifacts");

    private static string FindRoot(string folder)
        => File.Exists(Path.Combine(folder, "LoadGen.sln")) ? folder
            : Path.GetDirectoryName(folder) is { } parent ? FindRoot(parent)
            : throw new DirectoryNotFoundException($"no LoadGen.sln above {AppContext.BaseDirectory}");
}
