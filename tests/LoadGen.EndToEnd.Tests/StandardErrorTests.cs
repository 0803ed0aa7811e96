using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

/// <summary>A standard error that takes nothing changes nothing.</summary>
public sealed class StandardErrorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    [InlineData("2> >(exec true)")]
    public async Task A_worker_that_cannot_say_that_its_coordinator_is_lost_keeps_what_it_counted_and_ends(string redirection)
    {
        using var port = new RefusedPort();
        var address = $"127.0.0.1:{FreePort.Take()}";
        await using var coordinator = LoadGenProgram.Start(
        [
            "coordinator", "--listen", address, "--lease", "2s", "--target", port.EndPoint.ToString(), "--insecure", "--rate", "20", "--duration", "60s",
        ]);
        await using var worker = LoadGenProgram.StartRedirected(redirection, ["worker", "--seed", address, "--lease", "2s", "--out", _folder.FullName]);

        await Runs.WaitForSecondAsync(coordinator, 1);
        coordinator.Send(Signal.Kill);
        var exitCode = await worker.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(11, exitCode);
        Assert.Single(_folder.GetFiles("*.partial.json"));
    }

    [Fact]
    public async Task A_pipe_that_is_not_read_does_not_hold_the_program_up()
    {
        var plan = Path.Combine(_folder.FullName, "plan.yaml");
        await File.WriteAllLinesAsync(
            plan, Enumerable.Range(0, 4000).Select(n => $"unknown-{n}: 1"), TestContext.Current.CancellationToken);
        var pipe = Path.Combine(_folder.FullName, "stderr");
        await using (var making = ChildProcess.Start("mkfifo", [pipe]))
        {
            Assert.Equal(0, await making.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken));
        }

        // Either end of a named pipe waits for the other to be opened.
        var opening = Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Read), TestContext.Current.CancellationToken);
        await using var check = LoadGenProgram.StartRedirected($"2>'{pipe}'", ["check", plan]);
        await using var unread = await opening;
        var exitCode = await check.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(2, exitCode);
    }
}
