using System.Net;
using System.Runtime.InteropServices;
using LoadGen.TestServers.Processes;
using Microsoft.Win32.SafeHandles;

namespace LoadGen.TestServers.Networks;

/// <summary>A network namespace with one address: what a machine of its own is to the others.</summary>
public sealed partial class NodeNamespace
{
    private const int NetworkNamespace = 0x40000000;
    private const string Table = "inet partition";

    internal NodeNamespace(string name, IPAddress address)
    {
        Name = name;
        Address = address;
    }

    /// <summary>Its name, as <c>ip netns</c> knows it.</summary>
    public string Name { get; }

    /// <summary>Its address in the <see cref="ClusterNetwork"/>.</summary>
    public IPAddress Address { get; }

    /// <summary>Where it can be opened, to be joined.</summary>
    public string Path => $"/var/run/netns/{Name}";

    /// <summary>What to put before a program and its arguments to start it here; it becomes that program.</summary>
    internal string[] Launcher => ["ip", "netns", "exec", Name];

    /// <summary>From now on, whatever comes from there is dropped on arrival, connections that exist included.</summary>
    public Task StopHearingAsync(NodeNamespace other) => FilterAsync(
        $"add table {Table}; add chain {Table} arrivals {{ type filter hook input priority 0 ; }}; "
        + $"add rule {Table} arrivals ip saddr {other.Address} drop");

    /// <summary>Nothing is dropped any more.</summary>
    public Task HearAllAsync() => FilterAsync($"add table {Table}; delete table {Table}");

    /// <summary>Starts a program here.</summary>
    public ChildProcess Start(string program, IEnumerable<string> arguments) => ChildProcess.Start(Launcher[0], [.. Launcher.Skip(1), program, .. arguments]);

    /// <summary>Does something in this namespace. Sockets that are made there belong to it wherever they are used.</summary>
    public T Within<T>(Func<T> make)
    {
        var made = default(T);
        Exception? problem = null;

        // The namespace is the thread's, and the thread's alone: it must not go back to a pool.
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                made = make();
            }
            catch (Exception error)
            {
                problem = error;
            }
        });
        thread.Start();
        thread.Join();
        return problem is null ? made! : throw new InvalidOperationException($"in {Name}: {problem.Message}", problem);
    }

    private Task FilterAsync(string rules) => SystemCommand.RunAsync("ip", "netns", "exec", Name, "nft", rules);

    private void Enter()
    {
        using var handle = File.OpenHandle(Path);
        if (SetNamespace(handle, NetworkNamespace) != 0)
        {
            throw new InvalidOperationException($"setns: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle handle, int kind);
}
