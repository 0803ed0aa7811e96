namespace LoadGen.TestServers.Processes;

/// <summary>Programs of the system that do one thing and end.</summary>
internal static class SystemCommand
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; with all its output.</exception>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments);
        var exitCode = await process.WaitForExitAsync(ChildProcess.Patience);
        if (exitCode != 0)
        {
            var said = string.Join('\n', process.StandardOutput.Concat(process.StandardError));
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exitCode}: {said}");
        }
    }
}
