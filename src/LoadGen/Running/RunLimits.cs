using System.Globalization;
using System.Net;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
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
    // Measured with all that a run loads and opens, its connections apart: each assembly is two files.
    private const int OwnFiles = 192;
    private const int OwnFilesOfPage = 192;
    private const int OwnFilesOfWorker = 16;
    private const int OwnThreads = 24;
    private const int OwnThreadsOfWorker = 12;

    /// <summary>Those of this process.</summary>
    public static RunLimits OfProcess => new(ProcessLimits.OpenFiles, ReadLocalPorts(), ProcessLimits.Threads);

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

        if (LocalPorts * CountAddresses(plan) is { } ports && ports < connections)
        {
            yield return
                $"limits: {connections:N0} connections need as many local ports, but this machine has {ports:N0} for these targets (net.ipv4.ip_local_port_range); {Lower(remedy, ports)}widen the range";
        }

        var threads = OwnThreads + OwnThreadsOfWorker * (workers - 1);
        if (Threads < threads)
        {
            yield return
                $"limits: a run with {workers:N0} {(workers == 1 ? "worker" : "workers")} needs {threads:N0} threads, but this user is limited to {Threads:N0} (ulimit -u); {(workers > 1 ? "lower --workers or " : "")}raise the limit";
        }
    }

    private static string Lower(string flag, long most) => most < 1 ? "" : $"lower {flag} to {most} or ";

    // A port serves once for each address and port of a target. A name may stand for any number of addresses.
    private static int? CountAddresses(Plan plan) => plan.Targets.All(target => IPAddress.TryParse(target.Host, out _))
        ? plan.Targets.Select(target => (IPAddress.Parse(target.Host), target.Port)).Distinct().Count()
        : null;

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
