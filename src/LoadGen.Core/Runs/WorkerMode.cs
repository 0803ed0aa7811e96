using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Runs;

/// <summary>A run that a worker was offered.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Plan">What to do.</param>
/// <param name="Lease">How long the worker continues without hearing from a coordinator.</param>
public sealed record RunOffer(string RunId, Plan Plan, TimeSpan Lease);

/// <summary>Everything that a worker can be in. What belongs to a mode is known in that mode alone.</summary>
public abstract record WorkerMode
{
    private WorkerMode()
    {
    }

    /// <summary>The run it has; <see langword="null"/> for none.</summary>
    public virtual RunOffer? Run => null;

    /// <summary>Offers itself, and was not welcomed yet.</summary>
    /// <param name="Next">When it does so again.</param>
    public sealed record Registering(TimeSpan Next) : WorkerMode;

    /// <summary>Registered, without a run.</summary>
    public sealed record Waiting : WorkerMode;

    /// <summary>Prepares for a run.</summary>
    public sealed record Preparing(RunOffer Offer) : WorkerMode
    {
        public override RunOffer Run => Offer;
    }

    /// <summary>Ready, and without work yet. Says so with every beat.</summary>
    public sealed record Prepared(RunOffer Offer, string Crypto) : WorkerMode
    {
        public override RunOffer Run => Offer;
    }

    /// <summary>Cannot take part. Says so with every beat, until it is let go.</summary>
    /// <param name="Offer">The run.</param>
    /// <param name="Answer">Why.</param>
    public sealed record Unfit(RunOffer Offer, WorkerEffect Answer) : WorkerMode
    {
        public override RunOffer Run => Offer;
    }

    /// <summary>Has been given work.</summary>
    public sealed record Loading(WorkerLoading Load) : WorkerMode
    {
        public override RunOffer Run => Load.Offer;
    }

    /// <summary>Nothing is expected of it any more.</summary>
    public sealed record Ended(int ExitCode) : WorkerMode;
}

/// <summary>What a worker's load is up to.</summary>
public enum LoadCourse
{
    /// <summary>Begins what is due. Once the lease has expired (fenced) nothing is.</summary>
    Loading,

    /// <summary>Was told to leave: still begins what is due, until others have its share or a moment has passed.</summary>
    HandingOver,

    /// <summary>Leaves: begins nothing more, and goes when its last report is acknowledged.</summary>
    Leaving,

    /// <summary>Was told to stop by the coordinator: begins nothing more.</summary>
    Stopping,

    /// <summary>Has heard of no coordinator for too long: begins nothing more, and goes unless one is heard before everything has ended.</summary>
    GivingUp,

    /// <summary>Gave up: saves what was counted here, and goes.</summary>
    Saving,
}

/// <summary>A worker's part of a run under load.</summary>
/// <param name="Offer">The run.</param>
/// <param name="Crypto">Whose cryptography its engine uses.</param>
/// <param name="Assignment">The assignment that it follows.</param>
/// <param name="LoadStart">When the load starts or started, by the worker's clock.</param>
/// <param name="StartedAt">The same by the coordinator's wall clock, for the result.</param>
public sealed record WorkerLoading(RunOffer Offer, string Crypto, Assignment Assignment, TimeSpan LoadStart, DateTimeOffset StartedAt)
{
    public LoadCourse Course { get; init; }

    /// <summary>When the beat was sent that the lease counts from.</summary>
    public TimeSpan LeaseFrom { get; init; }

    /// <summary>While it hands its share over: until when.</summary>
    public TimeSpan HandsOverUntil { get; init; }

    /// <summary>The reports that a coordinator that takes over would need.</summary>
    public KeptReports Kept { get; init; } = KeptReports.None;

    /// <summary>The latest checkpoint that it was given to hold; <see langword="null"/> for none.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>The number of the last report that was asked for; 0 for none.</summary>
    public long LastReport { get; init; }

    /// <summary>Whether that report was acknowledged; nothing is on its way then.</summary>
    public bool IsAcknowledged { get; init; } = true;

    /// <summary>That report, once it is made and until it is acknowledged.</summary>
    public WorkerReport? OnItsWay { get; init; }

    /// <summary>When it was sent last.</summary>
    public TimeSpan SentAt { get; init; }

    /// <summary>Whether everything has ended here.</summary>
    public bool IsDrained { get; init; }

    /// <summary>Whether the last report that there will be has been asked for.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Whether the coordinator has everything.</summary>
    public bool IsDelivered => IsFinal && IsAcknowledged;
}
