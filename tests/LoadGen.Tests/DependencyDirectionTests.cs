using System.Reflection;
using LoadGen.Cluster.Nodes;
using LoadGen.Core.Plans;

namespace LoadGen.Tests;

/// <summary>Dependencies point one way: LoadGen to Cluster, Tls and TargetServer, and those to Core; never among themselves.</summary>
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
}
