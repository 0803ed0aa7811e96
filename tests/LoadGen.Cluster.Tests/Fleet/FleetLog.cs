using System.Diagnostics;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>What the workers of a fleet saw. Times are from the start of the fleet. Safe for concurrent use.</summary>
internal sealed class FleetLog
{
    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, (long Count, long Bytes, int Largest)> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (TimeSpan First, TimeSpan Last, int Workers)> _epochs = [];
    private readonly Dictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    private readonly List<byte[]> _counted = [];
    private readonly LatencyHistogram _lag = new();
    private int _latestVersion;

    public TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    /// <summary>When the first worker offered itself.</summary>
    public TimeSpan? FirstRegistered { get; private set; }

    /// <summary>When reports were due that could not be sent, because the one before was not acknowledged yet.</summary>
    public int Held { get; private set; }

    /// <summary>Changes of the division that were called off, since not everybody had answered in time.</summary>
    public int CalledOff { get; private set; }

    /// <summary>From the moment a report was due to its acknowledgement.</summary>
    public LatencySummary? Lag
    {
        get
        {
            lock (_lock)
            {
                return _lag.Summarize();
            }
        }
    }

    /// <summary>The encoded tallies of all reports that were acknowledged.</summary>
    public IReadOnlyList<byte[]> Counted
    {
        get
        {
            lock (_lock)
            {
                return [.. _counted];
            }
        }
    }

    /// <summary>The number of the last acknowledged report of each worker.</summary>
    public IReadOnlyDictionary<string, long> Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, long>(_acknowledged, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Messages by their names on the wire: how many, how many bytes in all, and in the largest.</summary>
    public IReadOnlyDictionary<string, (long Count, long Bytes, int Largest)> Messages
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, (long, long, int)>(_messages, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>When the first and the last worker learned of each epoch, and how many did.</summary>
    public IReadOnlyDictionary<int, (TimeSpan First, TimeSpan Last, int Workers)> Epochs
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<int, (TimeSpan, TimeSpan, int)>(_epochs);
            }
        }
    }

    public void Registered()
    {
        lock (_lock)
        {
            FirstRegistered ??= Now;
        }
    }

    public void Passed(WireBytes message)
    {
        lock (_lock)
        {
            var (count, bytes, largest) = _messages.GetValueOrDefault(message.Manifest);
            _messages[message.Manifest] = (count + 1, bytes + message.Bytes.Length, Math.Max(largest, message.Bytes.Length));
        }
    }

    public void Assigned(int epoch, int version, bool isNewEpoch, bool calledOff)
    {
        lock (_lock)
        {
            if (isNewEpoch)
            {
                var (first, _, workers) = _epochs.GetValueOrDefault(epoch, (Now, Now, 0));
                _epochs[epoch] = (first, Now, workers + 1);
            }

            CalledOff += calledOff && version > _latestVersion ? 1 : 0;
            _latestVersion = Math.Max(_latestVersion, version);
        }
    }

    public void ReportHeld()
    {
        lock (_lock)
        {
            Held++;
        }
    }

    public void ReportAcknowledged(string workerId, long number, byte[] tally, TimeSpan lag)
    {
        lock (_lock)
        {
            _lag.Record(lag);
            _counted.Add(tally);
            _acknowledged[workerId] = number;
        }
    }
}
