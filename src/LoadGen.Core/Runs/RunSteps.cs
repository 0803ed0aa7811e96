using System.Collections.Immutable;

namespace LoadGen.Core.Runs;

/// <summary>Puts steps of a run one after another, with all their effects in order.</summary>
internal static class RunSteps
{
    public static (RunState State, ImmutableArray<RunEffect> Effects) After(
        this (RunState State, ImmutableArray<RunEffect> Effects) step, ImmutableArray<RunEffect> before) => (step.State, before.AddRange(step.Effects));

    public static (RunState State, ImmutableArray<RunEffect> Effects) Then(
        this (RunState State, ImmutableArray<RunEffect> Effects) step, Func<RunState, (RunState, ImmutableArray<RunEffect>)> next)
        => next(step.State).After(step.Effects);
}
