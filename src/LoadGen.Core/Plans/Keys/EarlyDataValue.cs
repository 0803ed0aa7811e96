using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>
/// Early data: the HTTP request, so many zeros, or the content of a file, which becomes part of the plan, so that it can travel.
/// </summary>
internal sealed class EarlyDataValue : PlanValue<EarlyData?>
{
    private const string Request = "http";
    private const string Remedy = "write http, a number of bytes, or the name of a file";

    private static readonly Section<Encoded> Content = new(
        "early data",
        new Encoded(null),
        [
            new PlanKey<Encoded, Written?>("base64", new FileValue())
            {
                Get = content => content.Base64,
                Set = (_, text) => new Encoded(text),
                Help = "The bytes in Base64 (RFC 4648 section 4).",
                Example = "R0VUIC8=",
                IsRequired = true,
            },
        ]);

    public override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out EarlyData? value)
    {
        value = null;
        switch (node)
        {
            case PlanNode.Mapping:
                return Content.Read(node, path, context) is { } content && TryDecode(content.Base64!, context, out value);
            case PlanNode.Scalar { Text: Request }:
                value = new EarlyData.Request();
                return true;
            case PlanNode.Scalar scalar when int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count):
                value = new EarlyData.Zeros(count);
                return count is >= 1 and <= EarlyData.MostBytes || Refuse(node.Place, scalar.Text, "is out of range", $"write 1 to {EarlyData.MostBytes} bytes", context);
            case PlanNode.Scalar scalar:
                return PlanFile.ReadBytes(new Written(scalar.Text, node.Place), "early data file", context) is { } bytes
                    && TryTake(bytes, scalar.Text, node.Place, context, out value);
            default:
                context.Problems.Add(node.Place, $"early data is {node.Kind}", Remedy);
                return false;
        }
    }

    public override JsonNode? Write(EarlyData? value) => value switch
    {
        null => null,
        EarlyData.Zeros zeros => zeros.Count,
        EarlyData.File file => new JsonObject { ["base64"] = file.Base64 },
        _ => Request,
    };

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = EarlyData.MostBytes }, Content.Schema()),
    };

    private static bool TryDecode(Written base64, PlanContext context, out EarlyData? value)
    {
        value = null;
        var bytes = new byte[base64.Text.Length];
        return Convert.TryFromBase64String(base64.Text, bytes, out var count)
            ? TryTake(bytes.AsSpan(0, count), "early data", base64.Place, context, out value)
            : Refuse(base64.Place, "early data", "is not Base64", "write it as RFC 4648 section 4 says", context);
    }

    private static bool TryTake(ReadOnlySpan<byte> bytes, string name, Place place, PlanContext context, out EarlyData? value)
    {
        value = new EarlyData.File(Convert.ToBase64String(bytes));
        return bytes.Length is >= 1 and <= EarlyData.MostBytes
            || Refuse(place, name, $"has {bytes.Length} bytes", $"give 1 to {EarlyData.MostBytes} bytes", context);
    }

    private static bool Refuse(Place place, string text, string problem, string remedy, PlanContext context)
    {
        context.Problems.Add(place, $"{text} {problem}", remedy);
        return false;
    }

    private sealed record Encoded(Written? Base64);
}
