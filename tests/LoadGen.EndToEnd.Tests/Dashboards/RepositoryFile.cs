namespace LoadGen.EndToEnd.Tests.Dashboards;

/// <summary>Files of the repository that are no code.</summary>
internal static class RepositoryFile
{
    /// <summary>The path of a file, from the folder of the solution.</summary>
    public static string PathOf(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LoadGen.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, relative);
    }
}
