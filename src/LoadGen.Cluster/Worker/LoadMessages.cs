using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>What the actors of one worker say to each other; never on the wire.</summary>
internal static class LoadMessages
{
    /// <summary>Pump to connection: run this handshake.</summary>
    public sealed record BeginHandshake(Arrival Arrival);

    /// <summary>Connection to tally: a connection that was held open after its handshake is not any more.</summary>
    public sealed record HoldEnded(HoldEnd End);

    /// <summary>Connection to pump: free again.</summary>
    public sealed record ConnectionFree;

    /// <summary>Pump to tally: no connection was free for this arrival.</summary>
    public sealed record ArrivalDropped(Arrival Arrival);

    /// <summary>Pump to tally, once a second: report what has ended.</summary>
    public sealed record SendReport(long InFlight);

    /// <summary>Pump to tally: everything has ended; report what is left and say that it was the last.</summary>
    public sealed record SendFinalReport;

    /// <summary>Tally to worker: the coordinator has acknowledged the last report.</summary>
    public sealed record ReportsDelivered;

    /// <summary>Tally to worker: everything has ended here, and the last report is on its way.</summary>
    public sealed record AllEnded;

    /// <summary>Worker to tally: say everything that was counted, reported or not.</summary>
    public sealed record TellCounted;

    /// <summary>Tally to worker: everything that was counted.</summary>
    public sealed record Counted(Tally Tally, GeneratorUsage Usage);

    /// <summary>Alarm or worker to pump: look at the time.</summary>
    public sealed record LookAtTime
    {
        public static readonly LookAtTime Instance = new();
    }

    /// <summary>Worker to pump: begin no more.</summary>
    public sealed record StopPumping;
}
