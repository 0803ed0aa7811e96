using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>The engine of a profile: its name, and in a plan that a node has read also why it was chosen.</summary>
internal sealed class EngineChoiceValue : PlanValue<EngineChoice?>
{
    private static readonly EngineValue Name = new(mayBeAny: false);

    private static readonly Section<EngineChoice> Chosen = new(
        "an engine",
        new EngineChoice(""),
        [
            new PlanKey<EngineChoice, string>("name", Name)
            {
                Get = choice => choice.Name,
                Set = (choice, name) => choice with { Name = name },
                Help = "The TLS client.",
                Example = "sslstream",
                IsRequired = true,
            },
            new PlanKey<EngineChoice, string>("because", new TextValue("a reason", text => text.Length is > 0 and <= BoundedText.Longest + 1, "leave it out"))
            {
                Get = choice => choice.Because ?? "",
                Set = (choice, because) => choice with { Because = because },
                Help = "What the engine that would make more load cannot do.",
                Example = "fast cannot use pre-shared keys",
            },
        ]);

    public override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out EngineChoice? value)
    {
        if (node is PlanNode.Mapping)
        {
            value = Chosen.Read(node, path, context);
            return value is not null;
        }

        var isRead = Name.TryRead(node, path, context, out var name);
        value = isRead ? new EngineChoice(name!) : null;
        return isRead;
    }

    public override JsonNode? Write(EngineChoice? value) => value switch
    {
        null => null,
        { Because: null } => value.Name,
        _ => Chosen.Write(value),
    };

    public override JsonObject Schema() => new() { ["anyOf"] = new JsonArray(Name.Schema(), Chosen.Schema()) };
}
