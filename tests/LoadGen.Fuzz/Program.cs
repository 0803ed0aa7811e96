using System.Diagnostics;
using System.Globalization;
using LoadGen.Core.Plans.Units;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Tests.Fuzz;

namespace LoadGen.Fuzz;

/// <summary>
/// Fuzzes the engine <c>fast</c> for a time or a number of cases: <c>--duration 30m --seed 7 --from 0 --count 100000</c>. It ends with 0 when nothing was
/// found, with 1 at the first finding, which it prints, and with 2 for flags that it does not know.
/// </summary>
internal static class Program
{
    private const int CasesBetweenChecks = 20_000;
    private const long MostGrowth = 32 << 20;
    private static readonly TimeSpan LongestCase = TimeSpan.FromSeconds(20);

    private static long _case;

    private static int Main(string[] arguments)
    {
        var (duration, seed, from, count) = (TimeSpan.FromMinutes(1), Random.Shared.Next(), 0L, long.MaxValue);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            var isRead = arguments[i] switch
            {
                "--duration" => DurationText.TryParse(value, out duration),
                "--seed" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                "--from" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out from),
                "--count" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out count),
                _ => false,
            };
            if (!isRead)
            {
                Console.Error.WriteLine($"cannot read {arguments[i]} {value}; the flags are --duration 30m, --seed, --from and --count with numbers");
                return 2;
            }
        }

        Console.WriteLine($"seed {seed}");
        WatchForHangs(seed);
        using var authority = new TestAuthority();
        using var fuzzer = new FlightFuzzer(authority, seed);
        try
        {
            Fuzz(fuzzer, duration, from, count);
            return 0;
        }
        catch (FuzzFinding finding)
        {
            Console.Error.WriteLine(finding);
            return 1;
        }
    }

    private static void Fuzz(FlightFuzzer fuzzer, TimeSpan duration, long from, long count)
    {
        var outcomes = new SortedDictionary<string, long>();
        var began = Stopwatch.GetTimestamp();
        long? warmBytes = null;
        var number = from;
        for (; number - from < count && Stopwatch.GetElapsedTime(began) < duration; number++)
        {
            Volatile.Write(ref _case, number);
            var outcome = fuzzer.Run(number);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if ((number - from) % CasesBetweenChecks == CasesBetweenChecks - 1)
            {
                var bytes = GC.GetTotalMemory(forceFullCollection: true);
                warmBytes ??= bytes;
                Console.WriteLine($"{number - from + 1:N0} cases in {Stopwatch.GetElapsedTime(began):hh\\:mm\\:ss}, {bytes >> 10:N0} KiB on the heap");
                if (bytes > warmBytes + MostGrowth)
                {
                    throw new FuzzFinding($"the heap grew from {warmBytes:N0} to {bytes:N0} bytes");
                }
            }
        }

        Console.WriteLine($"{number - from:N0} cases, no finding");
        foreach (var (outcome, times) in outcomes.OrderByDescending(each => each.Value))
        {
            Console.WriteLine($"{times,12:N0}  {outcome}");
        }
    }

    // A case that does not end cannot say so itself. On a busy machine it may last, but it does not compute for so long.
    private static void WatchForHangs(int seed) => new Thread(() =>
    {
        var (last, began) = (-1L, TimeSpan.Zero);
        while (true)
        {
            Thread.Sleep(TimeSpan.FromSeconds(1));
            var spent = Environment.CpuUsage.TotalTime;
            if (last != Volatile.Read(ref _case))
            {
                (last, began) = (Volatile.Read(ref _case), spent);
            }
            else if (spent - began > LongestCase)
            {
                Console.Error.WriteLine($"seed {seed}, case {last} does not end");
                Environment.Exit(1);
            }
        }
    })
    { IsBackground = true }.Start();
}
