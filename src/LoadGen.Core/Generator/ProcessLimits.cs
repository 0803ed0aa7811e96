using System.Globalization;

namespace LoadGen.Core.Generator;

/// <summary>What the operating system lets this process have, and what it has of that. The runtime has raised soft limits to the hard ones by then.</summary>
public static class ProcessLimits
{
    /// <summary>The most files it may have open; <see langword="null"/> where there is no such limit, or it cannot be read.</summary>
    public static int? OpenFiles { get; } = Read("Max open files");

    /// <summary>The most threads that its user may have; <see langword="null"/> where there is no such limit, or it cannot be read.</summary>
    public static int? Threads { get; } = Environment.IsPrivilegedProcess ? null : Read("Max processes");

    /// <summary>How many files it has open now; <see langword="null"/> where that cannot be told.</summary>
    public static int? CountOpenFiles()
    {
        try
        {
            // Linux and macOS name the open files of a process in a folder.
            return Directory.EnumerateFileSystemEntries(OperatingSystem.IsLinux() ? "/proc/self/fd" : "/dev/fd").Count();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Linux, proc_pid_limits(5): name, soft limit, hard limit, unit.
    private static int? Read(string name)
    {
        try
        {
            var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(name, StringComparison.Ordinal));
            var soft = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }
}
