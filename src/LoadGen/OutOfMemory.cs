using System.Runtime.InteropServices;
using System.Text;

namespace LoadGen;

/// <summary>
/// Ends the process when memory runs out. There is no going on from there: the exception strikes anywhere, in an actor that
/// then restarts without its memory, in a lock, in a handshake's continuation, and a run that lost a part of itself does not
/// end. So does the runtime when it cannot start a thread. Everything that is needed for the end is made beforehand.
/// </summary>
internal static partial class OutOfMemory
{
    // Of the heap's limit; a collection that has no room left to work in aborts the process.
    private const int MostPercent = 85;

    private static byte[] _heapIsFull = [];
    private static byte[] _noThread = [];
    private static long _most;
    private static int _ending;

    /// <summary>Watches the process from here on.</summary>
    public static void EndProcess()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        _most = limit / 100 * MostPercent;
        _heapIsFull = Sentence($"out of memory: the heap is limited to {limit >> 20:N0} MiB (DOTNET_GCHeapHardLimit, or the container's limit); lower the number of connections or raise the limit");
        _noThread = Sentence("cannot start a thread; raise the limit of processes (ulimit -u, or the container's pids limit)");
        // The first calls need memory for their compilation.
        Marshal.PrelinkAll(typeof(OutOfMemory));
        Marshal.PrelinkAll(typeof(StandardDescriptors));
        StandardDescriptors.TryWrite(StandardDescriptors.Error, []);
        Thread.Sleep(0);
        AppDomain.CurrentDomain.FirstChanceException += (_, thrown) =>
        {
            if (thrown.Exception is OutOfMemoryException error)
            {
                End(IsOfThread(error) ? _noThread : _heapIsFull);
            }
        };
        _ = new AfterCollection();
    }

    private static byte[] Sentence(string text) => Encoding.UTF8.GetBytes($"loadgen: {text}\n");

    private static bool IsOfThread(OutOfMemoryException error)
        => error.StackTrace?.Contains($"{nameof(System)}.{nameof(System.Threading)}.{nameof(Thread)}.", StringComparison.Ordinal) == true;

    private static void End(byte[] sentence)
    {
        // Memory is short for all threads at once. The others go no further: one without a handler would have the runtime abort.
        if (Interlocked.Exchange(ref _ending, 1) == 0)
        {
            StandardDescriptors.TryWrite(StandardDescriptors.Error, sentence);
            Exit(ExitCode.Fault);
        }

        Thread.Sleep(Timeout.Infinite);
    }

    // Without anything that the runtime does at the end: all of it needs memory.
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    /// <summary>Looks at what is left after each collection: its finalizer runs then, and leaves another behind.</summary>
    private sealed class AfterCollection
    {
        ~AfterCollection()
        {
            if (Environment.HasShutdownStarted)
            {
                return;
            }

            if (GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes > _most)
            {
                End(_heapIsFull);
            }

            _ = new AfterCollection();
        }
    }
}
