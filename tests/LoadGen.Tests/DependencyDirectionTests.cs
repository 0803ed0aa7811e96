using System.Reflection;
using System.Text.RegularExpressions;
using LoadGen.Cluster.Nodes;
using LoadGen.Core.Plans;

namespace LoadGen.Tests;

/// <summary>Dependencies point one way: LoadGen to Cluster, Tls and TargetServer, and those to Core; never among themselves. Inside Tls the engines depend on what belongs to none of them.</summary>
public sealed class DependencyDirectionTests
{
    [Theory]
    [InlineData("LoadGen.Core")]
    [InlineData("LoadGen.Tls", "LoadGen.Core")]
    [InlineData("LoadGen.Cluster", "LoadGen.Core")]
    [InlineData("LoadGen.TargetServer", "LoadGen.Core")]
    public void A_library_references_only_what_lies_below_it(string library, params string[] below)
    {
        var ours = Assembly.Load(library).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("LoadGen", StringComparison.Ordinal));

        Assert.Subset(below.ToHashSet(), ours.ToHashSet());
    }

    [Fact]
    public void Core_knows_neither_actors_nor_sockets()
    {
        var references = typeof(Plan).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!).ToList();

        Assert.DoesNotContain(references, name => name.StartsWith("Akka", StringComparison.Ordinal));
        Assert.DoesNotContain("System.Net.Sockets", references);
        Assert.Contains(typeof(ClusterNode).Assembly.GetReferencedAssemblies(), name => name.Name == "Akka");
    }

    // An engine's folder is one that holds a file named after it, such as SslStreams/SslStreamEngine.cs.
    [Fact]
    public void No_file_knows_an_engine_but_those_in_its_folder_and_the_catalogue()
    {
        var tls = Path.Combine(RepositoryFolder(), "src", "LoadGen.Tls");
        var sources = Directory.EnumerateFiles(tls, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(tls, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal))
            .ToList();
        var engines = sources.Where(path => path.EndsWith("Engine.cs", StringComparison.Ordinal)).Select(path => path.Split('/')[0]).ToList();

        Assert.Contains("BouncyCastle", engines);
        Assert.Contains("SslStreams", engines);
        Assert.All(engines, engine => Assert.Equal(
            ["Engines.cs"],
            sources.Where(path => !path.StartsWith($"{engine}/", StringComparison.Ordinal) && Regex.IsMatch(File.ReadAllText(Path.Combine(tls, path)), $@"\b{engine}\b"))));
    }

    private static string RepositoryFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "LoadGen.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException($"no LoadGen.sln above {AppContext.BaseDirectory}");
        }

        return folder;
    }
}
