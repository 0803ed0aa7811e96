using System.Globalization;
using System.Net;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Tls.Dialling;

namespace LoadGen.Running;

/// <summary>
/// What this process may have, against what a plan needs: told before the load where it is certainly too little. A default
/// that the plan did not ask for is no need: such a run continues as far as it gets.
/// </summary>
/// <param name="OpenFiles">The most open files; <see langword="null"/> for no limit.</param>
/// <param name="LocalPorts">How many ports the system has for connections to one address; <see langword="null"/> if unknown.</param>
/// <param name="Threads">The most threads of the user; <see langword="null"/> for no limit.</param>
internal sealed record RunLimits(int? OpenFiles, int? LocalPorts, int? Threads)
{
    /// <summary>net.ipv4.tcp_tw_reuse: 2, the default, takes ports in TIME_WAIT again for loopback alone, 1 for every address (ip-sysctl).</summary>
    public int TimeWaitReuse { get; init; }

    // Measured with all that a run loads and opens, its connections apart: each assembly is two files.
    private const int OwnFiles = 192;
    private const int OwnFilesOfPage = 192;
    private const int OwnFilesOfWorker = 16;
    private const int OwnThreads = 24;
    private const int OwnThreadsOfWorker = 12;

    // TCP_TIMEWAIT_LEN of Linux, and the least age at which tcp_tw_reuse takes a port.
    private static readonly TimeSpan TimeWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReusedAfter = TimeSpan.FromSeconds(1);

    /// <summary>Those of this process.</summary>
    public static RunLimits OfProcess => new(ProcessLimits.OpenFiles, ReadLocalPorts(), ProcessLimits.Threads) { TimeWaitReuse = ReadTimeWaitReuse() };

    /// <summary>What is too little for a run in this process; one sentence each.</summary>
    /// <param name="plan">What is run.</param>
    /// <param name="workers">How many workers it has here.</param>
    /// <param name="hasPage">Whether it serves metrics and its live page.</param>
    public IEnumerable<string> FindTooLow(Plan plan, int workers, bool hasPage)
    {
        var connections = plan.Limits.AsksForConnections ? plan.Limits.Connections : 1;
        var remedy = plan.Load is Load.Closed ? "--concurrency" : "--max-connections";
        var ownFiles = OwnFiles + FileBudget.Reserve + (hasPage ? OwnFilesOfPage : 0) + OwnFilesOfWorker * (workers - 1);
        if (OpenFiles is { } files && files - ownFiles < connections)
        {
            yield return
                $"limits: {connections:N0} {(connections == 1 ? "connection needs" : "connections need")} {connections + ownFiles:N0} open files ({ownFiles:N0} of them for the program), but this process is limited to {files:N0} (ulimit -n); {Lower(remedy, files - ownFiles)}raise the limit";
        }

        if (PortsFor(plan) is { } ports && ports < connections)
        {
            yield return
                $"limits: {connections:N0} connections need as many local ports, but this machine has {ports:N0} for these targets (net.ipv4.ip_local_port_range); {Lower(remedy, ports)}name source addresses (--source) or widen the range";
        }

        if (SourceAddresses.ExplainMissing(plan.Sources) is { } sentence)
        {
            yield return $"--source: {sentence}";
        }

        var threads = OwnThreads + OwnThreadsOfWorker * (workers - 1);
        if (Threads < threads)
        {
            yield return
                $"limits: a run with {workers:N0} {(workers == 1 ? "worker" : "workers")} needs {threads:N0} threads, but this user is limited to {Threads:N0} (ulimit -u); {(workers > 1 ? "lower --workers or " : "")}raise the limit";
        }
    }

    /// <summary>
    /// How many connections the local ports allow, in sentences; none where the ports are not known. Unless the client closes first, a port
    /// is free again with its connection; otherwise it stays in TIME_WAIT.
    /// </summary>
    public IEnumerable<string> DescribePorts(Plan plan)
    {
        if (LocalPorts is not { } perPair || plan.Targets.All(target => target.SocketPath is not null))
        {
            yield break;
        }

        var (sources, addresses) = (Math.Max(1, plan.Sources.Count), CountAddresses(plan));
        var ports = (long)perPair * sources * (addresses ?? 1);
        yield return $"ports: {perPair:N0} local ports x {Count(sources, "source address", "source addresses")} x {(addresses is { } known ? Count(known, "target address", "target addresses") : "1 target address at least")}"
            + $" = {ports:N0} connections at once";
        if (plan.Close != CloseMode.Fin)
        {
            yield break;
        }

        var kept = IsReusedEarly(plan) ? ReusedAfter : TimeWait;
        var busiest = plan.Load is Load.Open { Schedule: var schedule } ? BusiestWithin(kept, schedule) : (long?)null;
        yield return $"ports: close: fin keeps each for {kept.TotalSeconds:0} s{(kept < TimeWait ? " (net.ipv4.tcp_tw_reuse, on loopback)" : "")}: {ports / kept.TotalSeconds:N0} connections/s at most"
            + (busiest is { } most ? $"; the plan has {(most <= ports ? "" : "too many: ")}{most:N0} within {kept.TotalSeconds:0} s at most" : "");
    }

    private static string Lower(string flag, long most) => most < 1 ? "" : $"lower {flag} to {most} or ";

    private static string Count(int count, string one, string many) => $"{count:N0} {(count == 1 ? one : many)}";

    private long? PortsFor(Plan plan) => LocalPorts * (long?)CountAddresses(plan) * Math.Max(1, plan.Sources.Count);

    private static long BusiestWithin(TimeSpan window, Schedule schedule)
    {
        var most = 0L;
        for (var from = TimeSpan.Zero; from < schedule.Duration; from += TimeSpan.FromSeconds(1))
        {
            most = Math.Max(most, schedule.CountBefore(from + window) - schedule.CountBefore(from));
        }

        return most;
    }

    // A port serves once for each source address, and address and port of a target. A name may stand for any number of addresses.
    private static int? CountAddresses(Plan plan)
    {
        var ends = plan.Targets.Where(target => target.SocketPath is null).Select(target => Routes.DialledOf(plan, target)).Distinct().ToList();
        return ends.Count == 0 || ends.Exists(end => Routes.FixedAddresses(plan, end.Host, end.Port) is null)
            ? null
            : ends.SelectMany(end => Routes.FixedAddresses(plan, end.Host, end.Port)!.Select(address => (address, end.Port))).Distinct().Count();
    }

    private bool IsReusedEarly(Plan plan) => TimeWaitReuse switch
    {
        1 => true,
        2 => plan.Targets.All(target => Routes.DialledOf(plan, target) is var (host, port) && Routes.FixedAddresses(plan, host, port)?.All(IPAddress.IsLoopback) == true),
        _ => false,
    };

    private static int ReadTimeWaitReuse()
    {
        try
        {
            return int.Parse(File.ReadAllText("/proc/sys/net/ipv4/tcp_tw_reuse"), CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }

    private static int? ReadLocalPorts()
    {
        try
        {
            var range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(range[1], CultureInfo.InvariantCulture) - int.Parse(range[0], CultureInfo.InvariantCulture) + 1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
