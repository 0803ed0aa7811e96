using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoadGen.Core.Runs;

namespace LoadGen.Reports;

/// <summary>
/// What a container leaves behind in its pod: the result in short, as one JSON object of less than 4,096
/// bytes, which is all that Kubernetes keeps.
/// </summary>
internal sealed record TerminationMessage
{
    /// <summary>Kubernetes cuts what is longer.</summary>
    public const int MostBytes = 4095;

    private const int MostListed = 10;
    private const int LongestText = 300;

    public int Schema { get; init; } = RunResult.CurrentSchema;

    public string? Id { get; init; }

    public string? Name { get; init; }

    /// <summary>pass, fail, inconclusive or aborted; absent if there is no result.</summary>
    public string? Verdict { get; init; }

    public required int ExitCode { get; init; }

    /// <summary>Why the verdict is what it is, or why there is none.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    public RunResult.BooksPart? Books { get; init; }

    public double? CompletedPerSecond { get; init; }

    public RunResult.Distribution? ResponseMs { get; init; }

    public RunResult.Distribution? HandshakeMs { get; init; }

    /// <summary>The most frequent ones.</summary>
    public IReadOnlyList<FailurePart> Failures { get; init; } = [];

    public IReadOnlyList<RunResult.ThresholdPart> Thresholds { get; init; } = [];

    public int? Workers { get; init; }

    /// <summary>Whether something of the lists or texts is left out here.</summary>
    public bool? Shortened { get; init; }

    /// <summary>Of a run that has a result.</summary>
    public static TerminationMessage Of(RunResult result, int exitCode) => new()
    {
        Id = result.Run.Id,
        Name = result.Run.Name,
        Verdict = result.Run.Verdict,
        ExitCode = exitCode,
        Reasons = result.Run.Reasons,
        Books = result.Books,
        CompletedPerSecond = result.Rate.CompletedPerSecond,
        ResponseMs = result.LatencyMs.Response,
        HandshakeMs = result.LatencyMs.Handshake,
        Failures = [.. result.Failures.OrderByDescending(failure => failure.Count)
            .Select(failure => new FailurePart(failure.Kind, failure.Alert, failure.Target, failure.Count))],
        Thresholds = result.Thresholds,
        Workers = result.Workers.Count,
    };

    /// <summary>Of a node that has no result to tell.</summary>
    public static TerminationMessage Of(IReadOnlyList<string> reasons, int exitCode) => new() { ExitCode = exitCode, Reasons = reasons };

    /// <summary>One line of JSON, at most <see cref="MostBytes"/> long: lists and texts are shortened until it is.</summary>
    public byte[] Encode()
    {
        var json = Serialize(this);
        for (var (listed, length) = (MostListed, LongestText); json.Length > MostBytes; (listed, length) = (listed * 2 / 3, length * 2 / 3))
        {
            json = Serialize(Shorten(listed, length));
        }

        return json;
    }

    private TerminationMessage Shorten(int listed, int length) => this with
    {
        Name = Cut(Name, length),
        Reasons = [.. Reasons.Take(listed).Select(reason => Cut(reason, length)!)],
        Failures = [.. Failures.Take(listed).Select(failure => failure with { Target = Cut(failure.Target, length)! })],
        Thresholds = [.. Thresholds.OrderBy(threshold => threshold.Pass).Take(listed).Select(threshold => threshold with { Expression = Cut(threshold.Expression, length)! })],
        Shortened = true,
    };

    // Never between the two halves of a surrogate pair.
    private static string? Cut(string? text, int length) => text is null || text.Length <= length ? text
        : text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";

    private static byte[] Serialize(TerminationMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, TerminationMessageJson.Readable.TerminationMessage);

    /// <summary>Failures of one kind.</summary>
    internal sealed record FailurePart(string Kind, string? Alert, string Target, long Count);
}

[JsonSerializable(typeof(TerminationMessage))]
internal sealed partial class TerminationMessageJson : JsonSerializerContext
{
    /// <summary>It is never part of a page: names in other scripts stay readable, and short.</summary>
    public static TerminationMessageJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
