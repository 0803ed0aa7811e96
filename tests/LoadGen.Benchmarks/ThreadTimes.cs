using System.Globalization;

namespace LoadGen.Benchmarks;

/// <summary>Processor time of this process's threads by their names, from Linux's /proc.</summary>
internal static class ThreadTimes
{
    /// <summary>
    /// User and system time of all threads whose names begin so, and how long they waited for a processor; the kernel keeps 15
    /// characters of a name.
    /// </summary>
    public static (TimeSpan Used, TimeSpan Waited) Of(string name)
    {
        var times = Directory.EnumerateDirectories("/proc/self/task")
            .Where(thread => Read(thread, "comm").StartsWith(name, StringComparison.Ordinal))
            .Select(thread => Read(thread, "schedstat").Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray())
            .ToList();
        return (TimeSpan.FromMicroseconds(times.Sum(thread => thread[0]) / 1000.0), TimeSpan.FromMicroseconds(times.Sum(thread => thread[1]) / 1000.0));
    }

    private static string Read(string thread, string file) => File.ReadAllText(Path.Combine(thread, file));
}
