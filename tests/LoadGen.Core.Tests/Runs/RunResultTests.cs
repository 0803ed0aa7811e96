using System.Text.Json;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Runs;

namespace LoadGen.Core.Tests.Runs;

public sealed class RunResultTests
{
    [Fact]
    public void The_json_has_the_names_of_the_contract()
    {
        using var json = JsonDocument.Parse(Write(RunRecords.Of(completed: 90, failed: 10, thresholds: "p99<50ms")));
        var root = json.RootElement;

        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        AssertHas(root.GetProperty("run"), "id", "name", "startedAt", "durationSeconds", "engine", "verdict", "reasons");
        AssertHas(root.GetProperty("books"), "scheduled", "completed", "failed", "dropped", "lost");
        AssertHas(root.GetProperty("rate"), "scheduledPerSecond", "completedPerSecond");
        AssertHas(root.GetProperty("latencyMs").GetProperty("response"), "count", "min", "mean", "p50", "p90", "p95", "p99", "p999", "max");
        AssertHas(root.GetProperty("latencyMs").GetProperty("phases"), "server_hello");
        AssertHas(root, "warnings");
        AssertHas(root.GetProperty("negotiated")[0], "clientCertificateRequested", "tlsVersion", "cipherSuite", "group", "resumed", "count");
        AssertHas(root.GetProperty("failures")[0], "kind", "phase", "side", "target", "count", "example");
        AssertHas(root.GetProperty("thresholds")[0], "expression", "observed", "pass");
        AssertHas(root.GetProperty("workers")[0], "id", "host", "books");
        AssertHas(root.GetProperty("generator"), "cpuMicrosPerHandshake", "scheduleLagMs", "gcPausePercent", "limited", "reasons");
        AssertHas(root.GetProperty("targets")[0], "name", "books", "latencyMs");
        AssertHas(root.GetProperty("intervals")[0], "t", "scheduled", "completed", "failed", "dropped", "p50", "p99", "workers");
    }

    [Fact]
    public void What_handshakes_cost_on_the_network_is_there_as_far_as_it_was_seen()
    {
        var wire = new WireCost { BytesIn = 5000, BytesOut = 500, Flights = 3, Retries = 0, ServerFlightSegments = 11, Tcp = new TcpSample(TimeSpan.FromMilliseconds(1), 2) };
        using var json = JsonDocument.Parse(Write(RunRecords.Of(completed: 90, failed: 10, wire: wire)));
        using var without = JsonDocument.Parse(Write(RunRecords.Of()));

        var part = json.RootElement.GetProperty("wire");
        AssertHas(part.GetProperty("bytesIn"), "count", "min", "mean", "p50", "p99", "max");
        AssertHas(part, "bytesOut", "flights", "retries", "serverFlightSegments");
        Assert.Equal((450_000, 45_000), (part.GetProperty("bytesTotal").GetProperty("in").GetInt64(), part.GetProperty("bytesTotal").GetProperty("out").GetInt64()));
        Assert.Equal(90, part.GetProperty("overInitialWindow").GetInt32());
        Assert.Equal(180, part.GetProperty("tcp").GetProperty("retransmitsTotal").GetInt32());
        Assert.Equal(1, part.GetProperty("tcp").GetProperty("rttMs").GetProperty("max").GetDouble());
        Assert.False(part.TryGetProperty("certificateBytes", out _));
        Assert.False(without.RootElement.TryGetProperty("wire", out _));
    }

    [Fact]
    public void A_phase_that_was_not_seen_is_absent()
    {
        using var json = JsonDocument.Parse(Write(RunRecords.Of()));

        Assert.False(json.RootElement.GetProperty("latencyMs").GetProperty("phases").TryGetProperty("server_confirmed", out _));
    }

    [Fact]
    public void What_is_written_is_read_back_the_same()
    {
        var written = Write(RunRecords.Of(completed: 90, failed: 10, thresholds: "p99<50ms"));

        using var again = new MemoryStream();
        RunResultJson.Write(RunResultJson.Read(new MemoryStream(written)), again);
        Assert.Equal(written, again.ToArray());
    }

    [Theory]
    [InlineData(TlsVersion.Tls13, true, false, true)]
    [InlineData(TlsVersion.Tls13, true, true, false)]
    [InlineData(TlsVersion.Tls13, false, false, false)]
    [InlineData(TlsVersion.Tls12, true, false, false)]
    public void A_client_certificate_whose_refusal_would_not_be_seen_is_warned_of(TlsVersion version, bool requested, bool confirmed, bool warns)
    {
        var negotiated = new Negotiated(version, "TLS_AES_128_GCM_SHA256", "x25519", false) { CertificateRequested = requested, ServerConfirmed = confirmed };

        var warnings = RunWarnings.Of([new(negotiated, 1234)]);

        Assert.Equal(warns, warnings is [var warning] && warning.Contains("in 1,234 completed", StringComparison.Ordinal));
        Assert.Equal(warns ? 1 : 0, warnings.Count);
    }

    [Fact]
    public void A_text_that_steers_a_terminal_is_read_as_harmless()
    {
        var written = System.Text.Encoding.UTF8.GetString(Write(RunRecords.Of(completed: 90, failed: 10)));

        var result = RunResultJson.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(written.Replace("\"engine\": \"", "\"engine\": \"\\u001b[2J", StringComparison.Ordinal))));

        Assert.StartsWith(@"\x1b[2J", result.Run.Engine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"schema\": 2}")]
    [InlineData("not json")]
    public void What_is_no_result_is_refused_with_a_message(string text)
        => Assert.NotEmpty(Assert.Throws<FormatException>(() => RunResultJson.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)))).Message);

    private static byte[] Write(RunRecord record)
    {
        using var stream = new MemoryStream();
        RunResultJson.Write(RunResultBuilder.Build(record, Verdict.Of(record)), stream);
        return stream.ToArray();
    }

    private static void AssertHas(JsonElement element, params string[] names)
        => Assert.All(names, name => Assert.True(element.TryGetProperty(name, out _), $"'{name}' is missing in {element}"));
}
