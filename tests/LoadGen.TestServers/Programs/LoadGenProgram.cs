using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Programs;

/// <summary>The built <c>loadgen</c>, run as its users run it. For test projects that reference it, which puts it beside them.</summary>
public static class LoadGenProgram
{
    /// <summary>Where it is.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "loadgen.exe" : "loadgen");

    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">The verb and its flags.</param>
    /// <param name="within">The time it may take; by default <see cref="ChildProcess.Patience"/>. After it the program and its children are killed and the test fails.</param>
    /// <param name="environment">Variables to set, or to remove with <see langword="null"/>.</param>
    /// <param name="cancellation">Kills it.</param>
    public static async Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments,
        TimeSpan? within = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        CancellationToken cancellation = default)
    {
        await using var process = Start(arguments, environment);
        var exitCode = await process.WaitForExitAsync(within ?? ChildProcess.Patience, cancellation);
        return new ProgramResult(exitCode, string.Join('\n', process.StandardOutput), string.Join('\n', process.StandardError));
    }

    /// <summary>Starts it, for a test that waits for its lines and sends it signals.</summary>
    public static ChildProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
        => Start([], arguments, environment);

    /// <summary>Starts it in a network of its own.</summary>
    public static ChildProcess StartIn(NodeNamespace inside, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
        => Start(inside.Launcher, arguments, environment);

    /// <summary>Starts it with at most so many file descriptors.</summary>
    public static ChildProcess StartWithDescriptors(int descriptors, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
        => Start(["prlimit", $"--nofile={descriptors}"], arguments, environment);

    /// <summary>Starts it with its outputs redirected as a shell does, such as <c>&gt; /dev/full</c> or <c>&gt;&amp;-</c>.</summary>
    public static ChildProcess StartRedirected(string redirection, IEnumerable<string> arguments)
        => Start(["bash", "-c", $"exec \"$0\" \"$@\" {redirection}"], arguments, null);

    // A launcher becomes the program, so that the process id and the signals are the program's.
    private static ChildProcess Start(string[] launcher, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        if (File.Exists(Path))
        {
            return Launch([.. launcher, Path, .. arguments], environment);
        }

        var assembly = System.IO.Path.Combine(AppContext.BaseDirectory, "loadgen.dll");
        return File.Exists(assembly)
            ? Launch([.. launcher, "dotnet", assembly, .. arguments], environment)
            : throw new FileNotFoundException("The test project does not reference the program: loadgen is not beside it.", assembly);
    }

    private static ChildProcess Launch(string[] command, IReadOnlyDictionary<string, string?>? environment)
        => ChildProcess.Start(command[0], command.Skip(1), environment);
}
