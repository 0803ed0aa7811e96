using LoadGen.Core.Shapes;

namespace LoadGen.Core.Plans.Reading;

/// <summary>A load as the plan has it, before flags complete or override it.</summary>
internal abstract record LoadChoices(Place Place)
{
    internal sealed record Open(Place Place, IReadOnlyList<IShape> Stages) : LoadChoices(Place);

    internal sealed record Closed(Place Place, int Connections, TimeSpan? Duration) : LoadChoices(Place);
}
