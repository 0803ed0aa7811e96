using System.Text.Json;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

/// <summary>What a server says must not steer the terminal of who reads it.</summary>
public sealed class HostileTextTests : IDisposable
{
    // Clears the screen, sets the title, turns the direction of text, ends the line.
    private const string Hostile = "\u001b[2J\u001b]0;title\u0007 \u009b31m\u202etxt.exe\u200b\r\nPASS";
    private const string Harmless = @"\x1b[2J\x1b]0;title\x07 \x9b31m\u202etxt.exe\u200b\x0d\x0aPASS";

    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task The_subject_of_a_certificate_is_harmless_in_summary_and_result()
    {
        await using var server = await ServeAsync();

        var (shown, _) = await RunAsync("run", "--target", server.EndPoint.ToString(), "--cacert", _authority.PemPath, "--count", "3", "--rate", "30");
        var (_, json) = await RunAsync("run", "--target", server.EndPoint.ToString(), "--cacert", _authority.PemPath, "--count", "3", "--rate", "30", "--json", "-");

        Assert.Contains("certificate_untrusted", shown, StringComparison.Ordinal);
        var result = JsonDocument.Parse(json).RootElement;
        Assert.Contains(Harmless, result.GetProperty("failures")[0].GetProperty("example").GetString(), StringComparison.Ordinal);
        Assert.Contains(Harmless, result.GetProperty("targets")[0].GetProperty("certificate").GetProperty("subject").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_subject_of_a_certificate_is_harmless_in_a_probe()
    {
        await using var server = await ServeAsync();

        await RunAsync("probe", server.EndPoint.ToString(), "--cacert", _authority.PemPath);
        var (_, json) = await RunAsync("probe", server.EndPoint.ToString(), "--cacert", _authority.PemPath, "--json", "-");

        var probe = JsonDocument.Parse(json).RootElement;
        Assert.Contains(Harmless, probe.GetProperty("chain")[0].GetProperty("subject").GetString(), StringComparison.Ordinal);
        Assert.Contains(Harmless, probe.GetProperty("failure").GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_greeting_of_a_mail_server_is_harmless()
    {
        await using var server = ScriptedServer.Does(async (connection, stopping) =>
        {
            await connection.SendAsync("554 \u001b[2J\u001b[1mPASS\r\n"u8.ToArray(), stopping);
            await connection.ReceiveAsync(new byte[100], stopping);
        });

        var (shown, _) = await RunAsync("probe", server.EndPoint.ToString(), "--starttls", "smtp", "--insecure");

        Assert.Contains("starttls_refused", shown, StringComparison.Ordinal);
    }

    private async Task<OpensslServer> ServeAsync()
        => await OpensslServer.StartAsync(
            _authority.Issue(new LeafOptions { SelfSigned = true, Subject = $"CN=\"{Hostile}\"" }), cancellation: Cancellation);

    // Neither stream may have anything that is not seen, except the ends of lines; without a terminal the program writes no colours.
    private static async Task<(string Shown, string Output)> RunAsync(params string[] arguments)
    {
        var program = await LoadGenProgram.RunAsync(arguments, cancellation: Cancellation);
        var all = program.StandardOutput + program.StandardError;
        Assert.DoesNotContain(all, character => char.IsControl(character) && character != '\n');
        Assert.DoesNotContain(all, character => character is '\u202e' or '\u200b');
        return (all, program.StandardOutput);
    }
}
