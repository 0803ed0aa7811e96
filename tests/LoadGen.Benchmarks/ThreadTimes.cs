using System.Globalization;

namespace LoadGen.Benchmarks;

/// <summary>Processor time of this process's threads by their names, from Linux's /proc.</summary>
internal static class ThreadTimes
{
    /// <summary>User and system time of all threads whose names begin so; the kernel keeps 15 characters of a name.</summary>
    public static TimeSpan Of(string name) => TimeSpan.FromMicroseconds(Directory.EnumerateDirectories("/proc/self/task")
        .Where(thread => Read(thread, "comm").StartsWith(name, StringComparison.Ordinal))
        .Sum(thread => long.Parse(Read(thread, "schedstat").Split(' ')[0], CultureInfo.InvariantCulture)) / 1000.0);

    private static string Read(string thread, string file) => File.ReadAllText(Path.Combine(thread, file));
}
