using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary><c>loadgen target</c> as a process.</summary>
internal sealed class BuiltInTargetProcess : IAsyncDisposable
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

    public string AuthorityPath => Path.Combine(_folder.FullName, "ca.pem");

    public static async Task<BuiltInTargetProcess> StartAsync(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("loadgen-");
        var process = LoadGenProgram.Start(
            ["target", "--listen", "127.0.0.1:0", "--cacert-out", Path.Combine(folder.FullName, "ca.pem"), .. arguments]);
        var line = await process.WaitForLineAsync(Ready, TestContext.Current.CancellationToken);
        return new BuiltInTargetProcess(process, folder, line[Ready.Length..].Split(';')[0]);
    }

    public void Send(Signal signal) => _process.Send(signal);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
