using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>Groups, or the word <c>none</c> for no group at all.</summary>
internal sealed class KeySharesValue(NameValue group) : PlanValue<IReadOnlyList<string>?>
{
    private const string None = "none";

    private readonly ListValue<string> _groups = new(group);

    public override bool TryRead(PlanNode node, string path, PlanContext context, out IReadOnlyList<string>? value)
    {
        if (PlanNode.AsList(node) is [PlanNode.Scalar { Text: None }])
        {
            value = [];
            return true;
        }

        return _groups.TryRead(node, path, context, out value);
    }

    public override JsonNode? Write(IReadOnlyList<string>? value) => value is null ? null : value.Count == 0 ? None : _groups.Write(value);

    public override JsonObject Schema() => _groups.Schema();
}

/// <summary>An external pre-shared key: a mapping, or <c>IDENTITY:HEX</c>.</summary>
internal sealed class PreSharedKeyValue : PlanValue<PreSharedKey?>
{
    private const string NoKey = "the pre-shared key is not in hexadecimal digits";
    private const string NoIdentity = "the identity of the pre-shared key is empty or too long";

    private static readonly Section<PreSharedKey> Section = new(
        "psk",
        new PreSharedKey("", ""),
        [
            new PlanKey<PreSharedKey, string>("identity", new SecretValue(NoIdentity, PlanRules.IsIdentity, "write 1 to 1024 bytes"))
            {
                Get = psk => psk.Identity,
                Set = (psk, identity) => psk with { Identity = identity },
                Help = "The name the server knows the key by.",
                Example = "device-17",
                IsRequired = true,
            },
            new PlanKey<PreSharedKey, string>("key", new SecretValue(NoKey, PlanRules.IsKey, "write 1 to 256 bytes as pairs of hexadecimal digits"))
            {
                Get = psk => psk.KeyHex,
                Set = (psk, key) => psk with { KeyHex = key },
                Help = "The key in hexadecimal digits.",
                Example = "00112233445566778899aabbccddeeff",
                IsRequired = true,
            },
        ]);

    public override bool TryRead(PlanNode node, string path, PlanContext context, [NotNullWhen(true)] out PreSharedKey? value)
    {
        if (node is PlanNode.Scalar scalar)
        {
            // The last colon: an identity may have colons, hexadecimal digits have none.
            var colon = scalar.Text.LastIndexOf(':');
            if (colon <= 0)
            {
                value = null;
                context.Problems.Add(node.Place, "the pre-shared key has no identity", "write IDENTITY:HEX, such as device-17:00112233445566778899aabbccddeeff");
                return false;
            }

            node = PlanNode.MappingOf(
                node.Place, ("identity", new Written(scalar.Text[..colon], node.Place)), ("key", new Written(scalar.Text[(colon + 1)..], node.Place)));
        }

        value = Section.Read(node, path, context);
        return value is not null;
    }

    public override JsonNode? Write(PreSharedKey? value) => value is null ? null : Section.Write(value);

    public override JsonObject Schema() => Section.Schema();

    public override void Describe(string section, ICollection<PlanReferenceEntry> reference) => Section.Describe(section, reference);

    /// <summary>Text that no message may show.</summary>
    private sealed class SecretValue(string fault, Predicate<string> keeps, string remedy) : ScalarValue<string>
    {
        public override JsonNode Write(string value) => value;

        protected override bool TryRead(Written written, PlanContext context, [MaybeNullWhen(false)] out string value)
        {
            value = written.Text;
            if (!keeps(value))
            {
                context.Problems.Add(written.Place, fault, remedy);
                return false;
            }

            return true;
        }
    }
}
