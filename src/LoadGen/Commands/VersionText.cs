using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;
using LoadGen.Tls;

namespace LoadGen.Commands;

/// <summary><c>loadgen --version</c>: the program, what it runs on, its engines and the libraries that do their cryptography.</summary>
internal sealed class VersionText : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var program = typeof(VersionText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Console.WriteLine($"loadgen {program}");
        Console.WriteLine($"  runtime    {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}");
        foreach (var (engine, libraries) in Engines.Libraries)
        {
            Console.WriteLine($"  engine     {engine}: {libraries}");
        }

        return ExitCode.Pass;
    }
}
