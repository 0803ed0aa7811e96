using System.Collections.Immutable;
using LoadGen.Core.Runs;

namespace LoadGen.Core.Tests.Runs;

internal static class RunStateApplying
{
    /// <summary>For events whose time does not matter: the moment the coordinator's clock began.</summary>
    public static (RunState State, ImmutableArray<RunEffect> Effects) Apply(this RunState state, RunEvent happened) => state.Apply(happened, TimeSpan.Zero);
}
