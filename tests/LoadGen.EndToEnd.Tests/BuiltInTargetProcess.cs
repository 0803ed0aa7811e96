using System.Text.RegularExpressions;
using LoadGen.Core.Runs;
using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary><c>loadgen target</c> as a process.</summary>
internal sealed partial class BuiltInTargetProcess : IAsyncDisposable
{
    private const string Ready = "listening on ";

    private readonly ChildProcess _process;
    private readonly DirectoryInfo _folder;

    private BuiltInTargetProcess(ChildProcess process, DirectoryInfo folder, string address)
    {
        _process = process;
        _folder = folder;
        Address = address;
    }

    public string Address { get; }

    public int Port => int.Parse(Address[(Address.LastIndexOf(':') + 1)..]);

    public string AuthorityPath => Path.Combine(_folder.FullName, "ca.pem");

    public static Task<BuiltInTargetProcess> StartAsync(params string[] arguments) => StartAsync(
        "127.0.0.1", arguments, all => LoadGenProgram.Start(all));

    public static Task<BuiltInTargetProcess> StartInAsync(
        NodeNamespace? inside, IReadOnlyDictionary<string, string?> environment, params string[] arguments) => StartAsync(
        inside?.Address.ToString() ?? "127.0.0.1",
        arguments,
        all => inside is null ? LoadGenProgram.Start(all, environment) : LoadGenProgram.StartIn(inside, all, environment));

    public void Send(Signal signal) => _process.Send(signal);

    /// <summary>Ends it, and takes what it counted.</summary>
    public async Task<BuiltInTargetCounts> StopAsync()
    {
        _process.Send(Signal.Terminate);
        await _process.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        var counts = Counts().Match(_process.StandardOutput[^1]);
        Assert.True(counts.Success, $"the target's last line has no counts: {_process.StandardOutput[^1]}");
        return new BuiltInTargetCounts(
            long.Parse(counts.Groups[1].ValueSpan), long.Parse(counts.Groups[2].ValueSpan), long.Parse(counts.Groups[3].ValueSpan));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<BuiltInTargetProcess> StartAsync(string host, string[] arguments, Func<string[], ChildProcess> start)
    {
        var folder = Directory.CreateTempSubdirectory("loadgen-");
        var process = start(["target", "--listen", $"{host}:0", "--cacert-out", Path.Combine(folder.FullName, "ca.pem"), .. arguments]);
        var line = await process.WaitForLineAsync(Ready, TestContext.Current.CancellationToken);
        return new BuiltInTargetProcess(process, folder, line[Ready.Length..].Split(';')[0]);
    }

    [GeneratedRegex("^handshakes: ([0-9]+) full, ([0-9]+) resumed, ([0-9]+) failed$")]
    private static partial Regex Counts();
}
