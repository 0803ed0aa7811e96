using System.Text.Json;
using LoadGen.Core.Runs;
using LoadGen.Reports;

namespace LoadGen.Tests.Reports;

public sealed class TerminationMessageTests
{
    [Fact]
    public void A_usual_result_is_told_with_all_its_figures()
    {
        var message = Read(TerminationMessage.Of(ResultWith(count: 2, text: "p99 was 61 ms"), exitCode: 10));

        Assert.Equal("fail", message.GetProperty("verdict").GetString());
        Assert.Equal(10, message.GetProperty("exitCode").GetInt32());
        Assert.Equal(2, message.GetProperty("reasons").GetArrayLength());
        Assert.Equal(1000, message.GetProperty("books").GetProperty("completed").GetInt64());
        Assert.Equal(9.9, message.GetProperty("responseMs").GetProperty("p99").GetDouble());
        Assert.Equal("connection_reset", message.GetProperty("failures")[0].GetProperty("kind").GetString());
        Assert.False(message.TryGetProperty("shortened", out _));
    }

    [Theory]
    [InlineData(100, 10_000, 'x')]
    [InlineData(1, 1_000_000, 'ä')]
    [InlineData(5_000, 40, '€')]
    [InlineData(300, 300, '\\')]
    [InlineData(300, 300, '\u0001')]
    public void The_worst_result_still_is_one_object_that_Kubernetes_keeps_whole(int count, int length, char character)
    {
        var encoded = TerminationMessage.Of(ResultWith(count, new string(character, length)), exitCode: 10).Encode();

        Assert.InRange(encoded.Length, 1000, TerminationMessage.MostBytes);
        var message = JsonDocument.Parse(encoded).RootElement;
        Assert.Equal("fail", message.GetProperty("verdict").GetString());
        Assert.Equal(1000, message.GetProperty("books").GetProperty("completed").GetInt64());
        Assert.True(message.GetProperty("shortened").GetBoolean());
    }

    [Fact]
    public void A_text_is_never_cut_within_a_character()
    {
        var encoded = TerminationMessage.Of(ResultWith(200, string.Concat(Enumerable.Repeat("🔒", 500))), exitCode: 10).Encode();

        Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(encoded));
        Assert.InRange(encoded.Length, 1000, TerminationMessage.MostBytes);
    }

    [Fact]
    public void A_node_without_a_result_tells_why()
    {
        var message = Read(TerminationMessage.Of(["the cluster did not form: 1 of 2 workers joined in time"], exitCode: 13));

        Assert.Equal(13, message.GetProperty("exitCode").GetInt32());
        Assert.Equal("the cluster did not form: 1 of 2 workers joined in time", message.GetProperty("reasons")[0].GetString());
        Assert.False(message.TryGetProperty("verdict", out _));
    }

    private static JsonElement Read(TerminationMessage message) => JsonDocument.Parse(message.Encode()).RootElement;

    private static RunResult ResultWith(int count, string text)
    {
        var books = new RunResult.BooksPart(1010, 1000, 10, 0, 0);
        var latency = new RunResult.Distribution(1000, 0.1, 1.2, 1.1, 2.2, 3.3, 9.9, 20.5, 30.25, null);
        var latencies = new RunResult.LatencyPart(latency, latency, null);
        return new RunResult
        {
            Schema = RunResult.CurrentSchema,
            Run = new RunResult.RunPart("20261123-1547-81c0e0bf", text, DateTimeOffset.UnixEpoch, 10, "bouncycastle", "fail", [.. Enumerable.Repeat(text, count)]) { Checks = "full" },
            Books = books,
            Rate = new RunResult.RatePart(101, 100),
            LatencyMs = latencies,
            Negotiated = [],
            Failures = [.. Enumerable.Range(1, count).Select(n => new RunResult.FailurePart("connection_reset", "server_hello", null, "server", text, n, text))],
            Thresholds = [.. Enumerable.Range(1, count).Select(n => new RunResult.ThresholdPart(text, n, n % 2 == 0))],
            Workers = [.. Enumerable.Range(1, count).Select(n => new RunResult.WorkerPart($"worker-{n}", "host", books, null))],
            Generator = new RunResult.GeneratorPart(300, null, 0.1, false, []),
            Targets = [],
            Profiles = [],
            Intervals = [],
        };
    }
}
